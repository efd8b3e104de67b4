using System.Text;
using Spectre.Console;

namespace BayesGen;

/// <summary>A writer of whole lines through a console, which puts them above whatever is live.</summary>
/// <param name="console">The console.</param>
/// <param name="isLive">Whether something live may be shown on it.</param>
internal sealed class ConsoleWriter(IAnsiConsole console, bool isLive) : TextWriter
{
    public override Encoding Encoding => console.Profile.Encoding;

    public override void WriteLine(string? value)
    {
        // A terminal gets the line through Spectre, whose pipeline moves the live part out of the way; a file gets exactly the text, since
        // Spectre would break it at an assumed width.
        if (console.Profile.Out.IsTerminal)
            console.Write(new WrappedLine(value ?? "", isLive));
        else
            console.Profile.Out.Writer.WriteLine(value);
    }

    public override void Write(char value) => console.Profile.Out.Writer.Write(value);
}
