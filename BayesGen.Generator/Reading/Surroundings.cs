using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>
/// What the reading of a network can depend on outside of the files that declare it: the references, the options, and what every file
/// declares. Bodies and initializers are not part of it, so it is the same after most keystrokes.
/// </summary>
/// <remarks>It holds text and marks, no tree and no compilation, so whoever keeps it keeps nothing of the compiler alive.</remarks>
internal sealed class Surroundings
{
    private static readonly ConditionalWeakTable<Compilation, Surroundings> Known = new();
    private static readonly ConditionalWeakTable<MetadataReference, object> Marks = new();

    private readonly string[] _declarations;
    private readonly object[] _references;
    private readonly CompilationOptions _options;
    private readonly string? _assembly;
    private Surroundings? _same;

    private Surroundings(Compilation compilation)
    {
        _declarations = [.. compilation.SyntaxTrees.Select(FileText.Declarations)];
        _references = [.. compilation.ExternalReferences.Select(reference => Marks.GetValue(reference, static _ => new object()))];
        _options = compilation.Options;
        _assembly = compilation.AssemblyName;
    }

    public static Surroundings Of(Compilation compilation) => Known.GetValue(compilation, static known => new Surroundings(known));

    /// <summary>Whether a network reads the same here and there. What was asked about last and is the same is remembered.</summary>
    public bool IsSameAs(Surroundings other)
    {
        if (ReferenceEquals(this, other) || ReferenceEquals(_same, other))
            return true;
        if (_assembly != other._assembly || !_options.Equals(other._options) || !_references.SequenceEqual(other._references)
            || !_declarations.AsSpan().SequenceEqual(other._declarations))
            return false;
        _same = other;
        return true;
    }
}
