using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Reads the signature of the forward pass from the Module&lt;...&gt; that a network derives from.</summary>
internal static class ForwardReader
{
    public static ForwardModel Read(INamedTypeSymbol network, INamedTypeSymbol module, KnownTypes known)
    {
        var inputs = module.TypeArguments.Take(module.TypeArguments.Length - 1).ToList();
        var result = module.TypeArguments[module.TypeArguments.Length - 1];
        var names = NamesOf(network, inputs);
        return new ForwardModel(
            module.FullName(),
            inputs.Select((input, i) => new InputModel(input.FullName(), MemberNames.Escaped(names[i]))).ToEquatableArray(),
            result.FullName(),
            inputs.Count == 1 && known.IsTensor(inputs[0]) && known.IsTensor(result),
            result.NullableAnnotation == NullableAnnotation.Annotated);
    }

    /// <summary>The developer's own names of the inputs.</summary>
    private static IReadOnlyList<string> NamesOf(INamedTypeSymbol network, List<ITypeSymbol> inputs)
    {
        var forward = network.SelfAndBases()
            .SelectMany(type => type.GetMembers("forward").OfType<IMethodSymbol>())
            .First(method => (method.IsOverride || method.IsAbstract)
                && method.Parameters.Select(parameter => parameter.Type).SequenceEqual(inputs, SymbolEqualityComparer.Default));
        // One that is only half typed has no name yet.
        return [.. forward.Parameters.Select((parameter, i) => parameter.Name.Length > 0 ? parameter.Name : $"input{i}")];
    }
}
