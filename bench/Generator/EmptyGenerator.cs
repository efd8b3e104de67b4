using Microsoft.CodeAnalysis;

namespace BayesGen.Benchmarks.SourceGeneration;

/// <summary>The least that a generator for an attribute can be: it asks for the annotated members and writes nothing.</summary>
internal sealed class EmptyGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var annotated = context.SyntaxProvider.ForAttributeWithMetadataName(
            typeof(BayesianAttribute).FullName!, static (_, _) => true, static (_, _) => 0);
        context.RegisterSourceOutput(annotated, static (_, _) => { });
    }
}
