using System.Text;
using Spectre.Console;

namespace BayesGen;

/// <summary>A writer of whole lines through a console, which puts them above whatever is live.</summary>
internal sealed class ConsoleWriter(IAnsiConsole console) : TextWriter
{
    public override Encoding Encoding => console.Profile.Encoding;

    public override void WriteLine(string? value)
    {
        // A terminal gets the line through Spectre, whose pipeline moves the live part out of the way; a file gets exactly the text, since
        // Spectre would break it at an assumed width.
        if (console.Profile.Out.IsTerminal)
            console.WriteLine(value ?? "");
        else
            console.Profile.Out.Writer.WriteLine(value);
    }

    public override void Write(char value) => console.Profile.Out.Writer.Write(value);
}
