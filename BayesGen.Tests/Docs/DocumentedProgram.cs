using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.Tests.Docs;

/// <summary>
/// The C# of a page as the files that a reader makes of it, who types what is shown from top to bottom. docs/README.md states the
/// convention for those who write pages:
/// <list type="bullet">
/// <item><c>```csharp</c>: all such blocks of a page are the file Program.cs, in order and as they stand; C# wants types after
/// statements.</item>
/// <item><c>```csharp new</c>: begins another program.</item>
/// <item><c>```csharp file</c>: a file of its own in the same program, as the page says.</item>
/// <item><c>```csharp member</c>: members of a network class, which is put around them.</item>
/// <item><c>&lt;!-- csharp ... --&gt;</c>: is not shown; its statements stand where it does, its types in a file of their own.</item>
/// </list>
/// </summary>
/// <param name="Line">The line that it begins at, from 1.</param>
/// <param name="Files">The text of each file, Program.cs first; it is empty where nothing is a statement.</param>
internal sealed record DocumentedProgram(int Line, IReadOnlyList<string> Files)
{
    private const string Fence = "```";

    /// <summary>Whether it is a program, and not only types.</summary>
    public bool HasStatements =>
        CSharpSyntaxTree.ParseText(Files[0]).GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();

    /// <summary>All files, for messages.</summary>
    public string Text => string.Join("\n\n// ---- another file ----\n", Files);

    /// <summary>The programs of a page.</summary>
    public static IReadOnlyList<DocumentedProgram> Of(string[] page)
    {
        var programs = new List<(int Line, List<string> Statements, List<string> Files)>();
        foreach (var (line, kind, text, isHidden) in Blocks(page))
        {
            if (programs.Count == 0 || kind == "new")
                programs.Add((line, [], []));
            var (_, statements, files) = programs[^1];
            if (kind == "file")
                files.Add(text);
            else if (kind == "member")
                files.Add(Network(line, text));
            else if (isHidden)
                PutAsItFits(text, statements, files);
            else
                statements.Add(text);
        }

        return [
            .. programs.Select(program => new DocumentedProgram(program.Line, [string.Join('\n', program.Statements), .. program.Files]))];
    }

    /// <summary>The blocks of C#, shown and hidden: their line from 1, their kind, their text.</summary>
    public static IEnumerable<(int Line, string Kind, string Text, bool IsHidden)> Blocks(string[] page)
    {
        for (var i = 0; i < page.Length; i++)
        {
            var opening = page[i].TrimEnd();
            var (end, kind) = opening switch
            {
                "```csharp" => (Fence, ""),
                "```csharp new" => (Fence, "new"),
                "```csharp file" => (Fence, "file"),
                "```csharp member" => (Fence, "member"),
                "<!-- csharp" => ("-->", ""),
                "<!-- csharp new" => ("-->", "new"),
                _ => ("", ""),
            };
            // A word that the convention does not know would keep a block from being compiled, silently.
            if (end.Length == 0
                && (opening.StartsWith("```csharp", StringComparison.Ordinal) || opening.StartsWith("```cs", StringComparison.Ordinal)
                || opening.StartsWith("```C#", StringComparison.OrdinalIgnoreCase)
                    || opening.StartsWith("<!-- csharp", StringComparison.Ordinal)))
                throw new FormatException($"Line {i + 1}: '{opening}' is not a block that docs/README.md knows.");
            if (end.Length == 0)
                continue;
            var close = Array.FindIndex(page, i + 1, line => line.TrimEnd() == end);
            if (close < 0)
                throw new FormatException($"Line {i + 1}: the block of C# does not end.");
            yield return (i + 1, kind, string.Join('\n', page[(i + 1)..close]), end != Fence);
            i = close;
        }
    }

    private static void PutAsItFits(string text, List<string> statements, List<string> files)
    {
        var members = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot().Members;
        statements.AddRange(members.OfType<GlobalStatementSyntax>().Select(statement => statement.ToFullString()));
        if (members.Any(member => member is not GlobalStatementSyntax))
            files.Add(
                string.Join('\n', members.Where(member => member is not GlobalStatementSyntax).Select(member => member.ToFullString())));
    }

    private static string Network(int line, string members) => $$"""
        public sealed class Fragment{{line}} : Module<Tensor, Tensor>
        {
            {{members}}

            public Fragment{{line}}() : base(nameof(Fragment{{line}})) => RegisterComponents();

            public override Tensor forward(Tensor x) => x;
        }
        """;
}
