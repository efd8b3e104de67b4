using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Caching;

/// <summary>
/// What the reading of a network can depend on outside of the files that declare it: the references, the options, and what every file
/// declares. Bodies and initializers are not part of it, so it is the same after most keystrokes.
/// </summary>
/// <remarks>It holds text and marks, no tree and no compilation, so whoever keeps it keeps nothing of the compiler alive.</remarks>
internal sealed class CompilationFingerprint
{
    private static readonly ConditionalWeakTable<Compilation, CompilationFingerprint> Known = new();
    private static readonly ConditionalWeakTable<MetadataReference, object> Marks = new();

    private readonly string[] _declarations;
    private readonly object[] _references;
    private readonly CompilationOptions _options;
    private readonly string? _assembly;
    private CompilationFingerprint? _same;

    private CompilationFingerprint(Compilation compilation)
    {
        _declarations = [.. compilation.SyntaxTrees.Select(FileText.Declarations)];
        _references = [.. compilation.ExternalReferences.Select(reference => Marks.GetValue(reference, static _ => new object()))];
        // What finds files and signs assemblies has no part in reading a network, and the compiler's server gives a resolver that throws
        // where it is compared.
        _options = compilation.Options
            .WithMetadataReferenceResolver(null)
            .WithSourceReferenceResolver(null)
            .WithXmlReferenceResolver(null)
            .WithStrongNameProvider(null)
            .WithSyntaxTreeOptionsProvider(null);
        _assembly = compilation.AssemblyName;
    }

    public static CompilationFingerprint Of(Compilation compilation) =>
        Known.GetValue(compilation, static known => new CompilationFingerprint(known));

    /// <summary>Whether a network reads the same here and there. What was asked about last and is the same is remembered.</summary>
    public bool IsSameAs(CompilationFingerprint other)
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
