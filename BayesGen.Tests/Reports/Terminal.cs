using System.Text;
using Spectre.Console;

namespace BayesGen.Tests.Reports;

/// <summary>A terminal that keeps what it was sent.</summary>
internal sealed class Terminal : IAnsiConsoleOutput
{
    private readonly StringWriter _writer = new();

    public Terminal(int width)
    {
        Width = width;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.Standard, Interactive = InteractionSupport.Yes, Out = this,
        });
    }

    public IAnsiConsole Console { get; }

    public string Written => _writer.ToString();

    public TextWriter Writer => _writer;

    public bool IsTerminal => true;

    public int Width { get; }

    public int Height => 30;

    public void SetEncoding(Encoding encoding)
    {
    }
}
