using BayesGen.SourceGeneration.Caching;
using BayesGen.SourceGeneration.Emission;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration;

/// <summary>
/// Writes the Bayesian wrapper of each annotated network class. It reports nothing: what is wrong with a class is said by
/// <see cref="Analyzers.NetworkAnalyzer"/>, which uses the same reader.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class BayesianNetGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // Several annotations of one class would each give its model; only the first one owns it, so nothing has to be collected.
        var annotated = context.SyntaxProvider
            .ForAttributeWithMetadataName(RuntimeNames.BayesianAttribute.MetadataName, CanBeAnnotated, ModelSource.ReadOwned)
            .WithoutNulls()
            .WithTrackingName(TrackingNames.Annotated);
        context.RegisterSourceOutput(annotated, Write);

        var networks = context.SyntaxProvider
            .ForAttributeWithMetadataName(RuntimeNames.NetworkAttribute.MetadataName, CanBeAnnotated, ModelSource.ReadOwned)
            .WithoutNulls()
            .WithTrackingName(TrackingNames.Networks);
        context.RegisterSourceOutput(networks, Write);
    }

    // The attributes' own usage rules say what they may stand on.
    private static bool CanBeAnnotated(SyntaxNode node, CancellationToken cancellation) => true;

    private static void Write(SourceProductionContext context, NetworkModel model) =>
        context.AddSource(model.Host.HintName, NetworkEmitter.Emit(model));
}
