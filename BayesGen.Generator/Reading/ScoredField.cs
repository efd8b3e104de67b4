using BayesGen.SourceGeneration.Model;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>A field whose weights a loss has to score. It holds a symbol and stays out of the pipeline.</summary>
/// <param name="Key">The key of the field.</param>
/// <param name="Posterior">The posterior class.</param>
/// <param name="Family">Its description.</param>
internal sealed record ScoredField(string Key, INamedTypeSymbol Posterior, FamilyModel Family)
{
    public ScoredField Under(string prefix) => this with { Key = $"{prefix}.{Key}" };
}

/// <summary>The posteriors of a network.</summary>
internal static class ScoredFields
{
    /// <summary>Those of a network of this project or, by the constraint of its wrapper's CreateTrainer, of a referenced one.</summary>
    public static IReadOnlyList<ScoredField> In(
        INamedTypeSymbol network, KnownTypes known, HashSet<ISymbol> visited, CancellationToken cancellation)
    {
        if (visited.Contains(network))
            return []; // Its families are on the list already.
        if (!SymbolEqualityComparer.Default.Equals(network.ContainingAssembly, known.Compilation.Assembly))
            return Annotations.ReferencedWrapper(network, known) is { } wrapper
                ? [.. AskedBy(wrapper, known).Select(posterior => new ScoredField("*", posterior, FamilyCatalog.Describe(posterior, known)))]
                : [];
        return new MemberReader(network, known, [], visited, cancellation).Read().Scored;
    }

    /// <summary>What a wrapper's CreateTrainer asks of a loss. The fields are not known from there.</summary>
    public static IEnumerable<INamedTypeSymbol> AskedBy(INamedTypeSymbol wrapper, KnownTypes known) => wrapper
        .GetMembers("CreateTrainer").OfType<IMethodSymbol>()
        .SelectMany(method => method.TypeParameters)
        .SelectMany(parameter => parameter.ConstraintTypes).OfType<INamedTypeSymbol>()
        .Where(constraint => SymbolEqualityComparer.Default.Equals(constraint.OriginalDefinition, known.Scores))
        .Select(constraint => constraint.TypeArguments[0]).OfType<INamedTypeSymbol>();
}
