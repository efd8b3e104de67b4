using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.Tests.Docs;

/// <summary>
/// The C# of a page as something that compiles. docs/README.md states the convention for those who write pages:
/// <list type="bullet">
/// <item><c>```csharp</c>: all such blocks of a page are one program, in order; types may stand before or after the statements.</item>
/// <item><c>```csharp new</c>: begins another program.</item>
/// <item><c>```csharp member</c>: members of a network class, which is put around them.</item>
/// <item><c>&lt;!-- csharp ... --&gt;</c>: belongs to the program and is not shown.</item>
/// </list>
/// </summary>
internal sealed record DocumentedProgram(int Line, string Text)
{
    private const string Fence = "```";

    /// <summary>The programs of a page, each with the line that it begins at, from 1.</summary>
    public static IReadOnlyList<DocumentedProgram> Of(string[] page)
    {
        var programs = new List<(int Line, List<string> Blocks)>();
        foreach (var (line, kind, text) in Blocks(page))
        {
            if (programs.Count == 0 || kind == "new")
                programs.Add((line, []));
            programs[^1].Blocks.Add(kind == "member" ? Network(line, text) : text);
        }

        return [.. programs.Select(program => new DocumentedProgram(program.Line, Put(program.Blocks)))];
    }

    /// <summary>The blocks of C#, shown and hidden: their line from 1, their kind, their text.</summary>
    public static IEnumerable<(int Line, string Kind, string Text)> Blocks(string[] page)
    {
        for (var i = 0; i < page.Length; i++)
        {
            var opening = page[i].TrimEnd();
            var (end, kind) = opening switch
            {
                "```csharp" => (Fence, ""),
                "```csharp new" => (Fence, "new"),
                "```csharp member" => (Fence, "member"),
                "<!-- csharp" => ("-->", ""),
                "<!-- csharp new" => ("-->", "new"),
                _ => ("", ""),
            };
            // A word that the convention does not know would keep a block from being compiled, silently.
            if (end.Length == 0 && (opening.StartsWith("```csharp", StringComparison.Ordinal) || opening.StartsWith("```cs", StringComparison.Ordinal)
                || opening.StartsWith("```C#", StringComparison.OrdinalIgnoreCase) || opening.StartsWith("<!-- csharp", StringComparison.Ordinal)))
                throw new FormatException($"Line {i + 1}: '{opening}' is no block that docs/README.md knows.");
            if (end.Length == 0)
                continue;
            var close = Array.FindIndex(page, i + 1, line => line.TrimEnd() == end);
            if (close < 0)
                throw new FormatException($"Line {i + 1}: the block of C# does not end.");
            yield return (i + 1, kind, string.Join('\n', page[(i + 1)..close]));
            i = close;
        }
    }

    private static string Put(IReadOnlyList<string> blocks)
    {
        var units = blocks.Select(block => CSharpSyntaxTree.ParseText(block).GetCompilationUnitRoot()).ToList();
        var members = units.SelectMany(unit => unit.Members).ToList();
        // As with top-level statements: a program that returns a number is one of Task<int>.
        var result = members.OfType<GlobalStatementSyntax>().Any(ReturnsANumber) ? "<int>" : "";
        return $$"""
            {{string.Join('\n', units.SelectMany(unit => unit.Usings).Select(directive => directive.ToFullString()).Distinct())}}

            internal static class Page
            {
                internal static async System.Threading.Tasks.Task{{result}} Run()
                {
                    await System.Threading.Tasks.Task.CompletedTask;
            {{string.Join('\n', members.OfType<GlobalStatementSyntax>().Select(statement => statement.ToFullString()))}}
                }
            }

            {{string.Join('\n', members.Where(member => member is not GlobalStatementSyntax).Select(member => member.ToFullString()))}}
            """;
    }

    private static bool ReturnsANumber(GlobalStatementSyntax statement) => statement
        .DescendantNodes(node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
        .OfType<ReturnStatementSyntax>()
        .Any(exit => exit.Expression is not null);

    private static string Network(int line, string members) => $$"""
        public sealed class Fragment{{line}} : Module<Tensor, Tensor>
        {
            {{members}}

            public Fragment{{line}}() : base(nameof(Fragment{{line}})) => RegisterComponents();

            public override Tensor forward(Tensor x) => x;
        }
        """;
}
