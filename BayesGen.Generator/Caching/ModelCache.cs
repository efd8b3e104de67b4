using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using BayesGen.SourceGeneration.Graphs;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Caching;

/// <summary>
/// Remembers from one keystroke to the next what an annotation gave. Roslyn asks about every annotation of a project after every edit, and
/// reading a thousand networks takes longer than all else that it does then.
/// </summary>
/// <remarks>
/// An answer holds as long as the text of its file that can matter is the same (<see cref="FileText.Networks"/>), the other files that
/// declare the network and its base classes are the very same, and the <see cref="CompilationFingerprint"/> is alike. Where methods of the
/// file differ, the graph alone is read again, from their syntax and the <see cref="GraphSurface"/>: all else binds names, which takes most
/// of the time. An answer is forgotten with the file. It is not a value of the pipeline, which would not be asked before the reading.
/// </remarks>
internal static class ModelCache
{
    private static readonly ConditionalWeakTable<SyntaxTree, FileVersion> Versions = new();

    /// <summary>The answers about the last version of each file, for the next one to take over.</summary>
    private static readonly ConcurrentDictionary<string, WeakReference<FileAnswers>> Last = new(StringComparer.Ordinal);

    /// <summary>
    /// The remembered model of an annotation, or else what <paramref name="read"/> gives with the graph on <paramref name="readSurface"/>.
    /// </summary>
    public static NetworkFiles? Recall(
        GeneratorAttributeSyntaxContext context, INamedTypeSymbol network, string attribute, Func<NetworkModel?> read,
        Func<NetworkModel, EditedFile?, GraphSurface> readSurface)
    {
        var compilation = context.SemanticModel.Compilation;
        // The file first, as its text is part of the fingerprint and then known.
        var file = Versions.GetValue(context.TargetNode.SyntaxTree, VersionOf);
        var fingerprint = CompilationFingerprint.Of(compilation);
        var edited = new EditedFile(context.TargetNode.SyntaxTree, file.Starts);
        var place = (Token: edited.PlaceOf(context.TargetNode), attribute);
        if (place.Token < 0)
            return read() is { } half ? Passing(half) : null; // Half-typed: it begins with a token that is not there.
        if (file.Answers.ByPlace.TryGetValue(place, out var known) && known.Fingerprint.IsSameAs(fingerprint)
            && known.OtherTrees.All(compilation.ContainsSyntaxTree))
        {
            known.Fingerprint = fingerprint; // So that the next comparison is with the last one.
            if (known.Surface is null || known.Methods == file.Methods)
                return known.Files;
            return Remember(WithGraph(known.Files!.Network, known.Surface), known.Surface, known.OtherTrees);
        }

        var trees = TreesOf(network, context.TargetNode.SyntaxTree);
        if (read() is not { } model)
            return Remember(null, null, trees);
        if (!model.HasGraph)
            return Remember(Passing(model), null, trees);
        var surface = readSurface(model, edited);
        return surface.IsLasting ? Remember(WithGraph(model, surface), surface, trees) : Passing(model);

        NetworkFiles WithGraph(NetworkModel of, GraphSurface on) => new(of, new GraphReader(on, edited.SourceOf).Read());

        // On a surface that is good for this version alone.
        NetworkFiles Passing(NetworkModel of) => of.HasGraph ? WithGraph(of, readSurface(of, null)) : new(of, null);

        NetworkFiles? Remember(NetworkFiles? answer, GraphSurface? on, IReadOnlyList<SyntaxTree> otherTrees)
        {
            file.Answers.ByPlace[place] = new Answer(answer, file.Methods, on, otherTrees, fingerprint);
            return answer;
        }
    }

    private static FileVersion VersionOf(SyntaxTree tree)
    {
        var starts = new List<int>();
        var (text, methods) = FileText.Networks(tree, starts);
        if (!Last.TryGetValue(tree.FilePath, out var last) || !last.TryGetTarget(out var answers) || answers.Text != text)
        {
            answers = new FileAnswers(text);
            Last[tree.FilePath] = new WeakReference<FileAnswers>(answers);
        }

        return new FileVersion(answers, methods, [.. starts]);
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
    private sealed class FileVersion(FileAnswers answers, string methods, int[] starts)
    {
        public string Methods { get; } = methods;

        public FileAnswers Answers { get; } = answers;

        /// <summary>Where each token begins that is part of the text of the answers.</summary>
        public int[] Starts { get; } = starts;
    }

    /// <summary>The answers about all versions of a file that read the same.</summary>
    private sealed class FileAnswers(string text)
    {
        public string Text { get; } = text;

        public ConcurrentDictionary<(int Place, string Attribute), Answer> ByPlace { get; } = new();
    }

    private sealed class Answer(
        NetworkFiles? files, string methods, GraphSurface? surface, IReadOnlyList<SyntaxTree> otherTrees,
        CompilationFingerprint fingerprint)
    {
        public NetworkFiles? Files { get; } = files;

        /// <summary>What its graph was read on; null where it has none.</summary>
        public GraphSurface? Surface { get; } = surface;

        /// <summary>The methods that its graph was read from.</summary>
        public string Methods { get; } = methods;

        public IReadOnlyList<SyntaxTree> OtherTrees { get; } = otherTrees;

        public CompilationFingerprint Fingerprint { get; set; } = fingerprint;
    }
}
