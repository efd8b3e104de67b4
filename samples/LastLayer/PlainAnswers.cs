using BayesGen;
using BayesGen.Data;
using BayesGen.LastLayers;
using static TorchSharp.torch;

namespace LastLayerSample;

/// <summary>The network as it is: softmax of its logits. Nothing is fitted.</summary>
/// <param name="model">The network.</param>
public sealed class PlainAnswers(LastLayerModel<ConvolutionalReader> model) : IDisposable
{
    /// <summary>Predicts classes.</summary>
    public ClassPrediction Predict(Tensor x, PredictionOptions options)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        model.eval();
        return ClassPrediction.Of(cat([.. x.split(options.BatchSize).Select(batch => model.Network.call(batch))]));
    }

    /// <inheritdoc/>
    public override string ToString() => "the plain network";

    /// <summary>The network stays.</summary>
    public void Dispose()
    {
    }
}
