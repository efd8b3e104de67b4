using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.Tests.Support;

/// <summary>
/// What typing does to a source: tokens and characters go, come twice, change places. The same seed gives the same changes.
/// </summary>
internal static class SourceMutation
{
    private static readonly string[] Intruders =
    [
        "{", "}", "(", ")", "[", "]", "<", ">", ";", ",", ".", "\"", "'", "@", "$\"\"\"", "/*", "//", "#if X\n", "#endif\n", "\\", "\0",
        "?", "=>", "class",
        "namespace", "[Bayesian(Gaussian)]", "[Bayesian]", "[Bayesian(", "[BayesianNetwork]", "abstract", "static", "file",
        "private", "partial",
        "record", "unsafe", "<T>", "where T : new()", "Module<Tensor, Tensor>", "\ud800", "é", "😀", "default", "typeof(", "*",
    ];

    public static string Mutate(string source, int seed)
    {
        var random = new Random(seed);
        for (var i = 1 + random.Next(4); i > 0; i--)
            source = Once(source, random);
        return source;
    }

    private static string Once(string source, Random random)
    {
        var tokens = CSharpSyntaxTree.ParseText(source).GetRoot().DescendantTokens().Where(token => token.FullSpan.Length > 0).ToList();
        if (tokens.Count == 0)
            return source;
        var (one, other) = (tokens[random.Next(tokens.Count)].FullSpan, tokens[random.Next(tokens.Count)].FullSpan);
        var at = random.Next(source.Length);
        switch (random.Next(8))
        {
            case 0:
                return source.Remove(one.Start, one.Length);
            case 1:
                return source.Insert(one.Start, source.Substring(one.Start, one.Length));
            case 2 when one.End <= other.Start:
                return source[..one.Start] + source[other.Start..other.End] + source[one.End..other.Start] + source[one.Start..one.End]
                    + source[other.End..];
            case 3:
                return source.Remove(at, 1);
            case 4:
                return source.Insert(at, source[random.Next(source.Length)].ToString());
            case 5:
                return source.Insert(one.Start, $" {Intruders[random.Next(Intruders.Length)]} ");
            case 6:
                return source[..one.Start] + $" {Intruders[random.Next(Intruders.Length)]} " + source[one.End..];
            default:
                var length = random.Next(Math.Min(40, source.Length - at));
                return source.Remove(at, length);
        }
    }
}
