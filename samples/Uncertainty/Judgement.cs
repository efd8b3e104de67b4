using BayesGen;
using BayesGen.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace UncertaintySample;

/// <summary>What a network says about the digits it knows, and about what it has never seen.</summary>
/// <param name="Known">The digits: accuracy and calibration.</param>
/// <param name="Outside">By name: how well each kind is distinguished.</param>
public sealed record Judgement(ClassEvaluation Known, IReadOnlyList<(string Name, OutOfDistribution Result)> Outside)
{
    private const int BatchSize = 250;

    public static Judgement Of(BayesianLeNet5 model, Pictures pictures, int samples, int seed)
    {
        var options = new PredictionOptions { BatchSize = BatchSize, Seed = seed };
        return Of(pictures, data => model.Predict(data.Inputs, samples, options));
    }

    public static Judgement Of(LeNet5 network, Pictures pictures) => Of(pictures, data =>
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return ClassPrediction.Of(cat([.. data.Inputs.split(BatchSize).Select(batch => network.call(batch))]));
    });

    private static Judgement Of(Pictures pictures, Func<TensorDataSet, ClassPrediction> predict)
    {
        var known = predict(pictures.Test);
        return new Judgement(
            ClassEvaluation.Of(known, [.. pictures.Test.Targets.data<long>().Select(target => (int)target)]),
            [.. pictures.Outside.Select(kind => (kind.Name, OutOfDistribution.Of(known, predict(kind.Data))))]);
    }
}
