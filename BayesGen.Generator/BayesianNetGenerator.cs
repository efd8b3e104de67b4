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
        Write(context, RuntimeNames.BayesianAttribute, TrackingNames.Annotated);
        Write(context, RuntimeNames.NetworkAttribute, TrackingNames.Networks);
    }

    // The attributes' own usage rules say what they may stand on.
    private static bool CanBeAnnotated(SyntaxNode node, CancellationToken cancellation) => true;

    /// <summary>
    /// Two files a network, so that an edit of forward writes the small one alone: to parse a file again costs more than to write it.
    /// </summary>
    private static void Write(IncrementalGeneratorInitializationContext context, RuntimeType attribute, string step)
    {
        var models = context.SyntaxProvider
            .ForAttributeWithMetadataName(attribute.MetadataName, CanBeAnnotated, ModelSource.ReadOwned)
            .WithoutNulls()
            .WithTrackingName(step);
        context.RegisterSourceOutput(
            models.Select(static (model, _) => model.Network),
            static (output, model) => output.AddSource(model.Host.HintName, NetworkEmitter.Emit(model)));
        context.RegisterSourceOutput(
            models.Select(static (model, _) => model.GraphFile).WithoutNulls(),
            static (output, model) => output.AddSource(model.HintName, GraphEmitter.Emit(model)));
    }
}
