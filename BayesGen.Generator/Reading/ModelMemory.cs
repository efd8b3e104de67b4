using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using BayesGen.SourceGeneration.Model;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>
/// Remembers from one keystroke to the next what an annotation gave. Roslyn asks about every annotation of a project after every edit, and
/// reading a thousand networks takes longer than all else that it does then.
/// </summary>
/// <remarks>
/// An answer holds as long as the text of its file that can matter is the same (<see cref="FileText.Networks"/>), the other files that
/// declare the network and its base classes are the very same, and the <see cref="Surroundings"/> are alike. It is forgotten with the
/// file. It is not a value of the pipeline, which would not be asked before the reading.
/// </remarks>
internal static class ModelMemory
{
    private static readonly ConditionalWeakTable<SyntaxTree, FileVersion> Versions = new();

    /// <summary>The answers about the last version of each file, for the next one to take over.</summary>
    private static readonly ConcurrentDictionary<string, WeakReference<FileAnswers>> Last = new(StringComparer.Ordinal);

    /// <summary>The remembered model of an annotation, or else what <paramref name="read"/> gives.</summary>
    public static NetworkModel? Recall(
        GeneratorAttributeSyntaxContext context, INamedTypeSymbol network, string attribute, Func<NetworkModel?> read)
    {
        var compilation = context.SemanticModel.Compilation;
        // The file first, as its text is part of the surroundings and then known.
        var file = Versions.GetValue(context.TargetNode.SyntaxTree, VersionOf);
        var surroundings = Surroundings.Of(compilation);
        var place = (Token: file.PlaceOf(context.TargetNode), attribute);
        if (place.Token < 0)
            return read(); // Half-typed: it begins with a token that is not there.
        if (file.Answers.ByPlace.TryGetValue(place, out var known) && known.Surroundings.IsSameAs(surroundings)
            && known.OtherTrees.All(compilation.ContainsSyntaxTree))
        {
            known.Surroundings = surroundings; // So that the next comparison is with the last one.
            return known.Model;
        }

        var model = read();
        file.Answers.ByPlace[place] = new Answer(model, TreesOf(network, context.TargetNode.SyntaxTree), surroundings);
        return model;
    }

    private static FileVersion VersionOf(SyntaxTree tree)
    {
        var starts = new List<int>();
        var text = FileText.Networks(tree, starts);
        if (!Last.TryGetValue(tree.FilePath, out var last) || !last.TryGetTarget(out var answers) || answers.Text != text)
        {
            answers = new FileAnswers(text);
            Last[tree.FilePath] = new WeakReference<FileAnswers>(answers);
        }

        return new FileVersion(answers, [.. starts]);
    }

    private static IReadOnlyList<SyntaxTree> TreesOf(INamedTypeSymbol network, SyntaxTree own) =>
    [
        .. network.SelfAndBases()
            .SelectMany(type => type.DeclaringSyntaxReferences)
            .Select(reference => reference.SyntaxTree)
            .Where(tree => tree != own)
            .Distinct(),
    ];

    /// <summary>One version of a file. Positions differ from version to version, but not which token a declaration begins with.</summary>
    private sealed class FileVersion(FileAnswers answers, int[] starts)
    {
        public FileAnswers Answers { get; } = answers;

        public int PlaceOf(SyntaxNode node) => Array.BinarySearch(starts, node.SpanStart);
    }

    /// <summary>The answers about all versions of a file that read the same.</summary>
    private sealed class FileAnswers(string text)
    {
        public string Text { get; } = text;

        public ConcurrentDictionary<(int Place, string Attribute), Answer> ByPlace { get; } = new();
    }

    private sealed class Answer(NetworkModel? model, IReadOnlyList<SyntaxTree> otherTrees, Surroundings surroundings)
    {
        public NetworkModel? Model { get; } = model;

        public IReadOnlyList<SyntaxTree> OtherTrees { get; } = otherTrees;

        public Surroundings Surroundings { get; set; } = surroundings;
    }
}
