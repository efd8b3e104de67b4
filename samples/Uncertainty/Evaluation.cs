using BayesGen;
using BayesGen.Baselines;
using BayesGen.Data;
using BayesGen.SampleImages;

namespace UncertaintySample;

/// <summary>What a network says about the digits it knows, and about what it has never seen.</summary>
/// <param name="Known">The digits: accuracy and calibration.</param>
/// <param name="Outside">By name: how well each kind is detected.</param>
/// <param name="Turned">By angle: the same digits, turned.</param>
public sealed record Evaluation(
    ClassEvaluation Known, IReadOnlyList<(string Name, OutOfDistribution Result)> Outside,
    IReadOnlyList<(int Degrees, ClassEvaluation Result)> Turned)
{
    private const int BatchSize = 250;

    public static Evaluation Of(BayesianLeNet5 model, Images images, int samples, int seed)
    {
        var options = new PredictionOptions { BatchSize = BatchSize, Seed = seed };
        return Of(images, data => model.Predict(data.Inputs, samples, options));
    }

    public static Evaluation Of(DeterministicModel<LeNet5> model, Images images) =>
        Of(images, data => model.Predict(data.Inputs, samples: 1, new PredictionOptions { BatchSize = BatchSize }));

    private static Evaluation Of(Images images, Func<TensorDataSet, ClassPrediction> predict)
    {
        var known = predict(images.Test);
        int[] targets = [.. images.Test.Targets.data<long>().Select(target => (int)target)];
        return new Evaluation(
            ClassEvaluation.Of(known, targets),
            [.. images.Outside.Select(kind => (kind.Name, OutOfDistribution.Of(known, predict(kind.Data))))],
            [.. Turning.Degrees.Select(degrees =>
            {
                using var turned = Turning.Turned(images.Test, degrees);
                return (degrees, ClassEvaluation.Of(predict(turned), targets));
            })]);
    }
}
