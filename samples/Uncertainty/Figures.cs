using BayesGen;

namespace UncertaintySample;

/// <summary>The figures of one network, means over the seeds.</summary>
/// <param name="Name">What the network is called.</param>
/// <param name="IsBayesian">Whether it answers with several draws, so that its mutual information says something.</param>
/// <param name="Accuracy">On the digits it knows.</param>
/// <param name="NegativeLogLikelihood">Nats.</param>
/// <param name="BrierScore">Summed over classes, 0 to 2.</param>
/// <param name="ExpectedCalibrationError">15 bins of equal width.</param>
/// <param name="Outside">How well each kind of other images is detected.</param>
/// <param name="Turned">What becomes of it when the digits are turned.</param>
public sealed record NetworkFigures(
    string Name, bool IsBayesian, double Accuracy, double NegativeLogLikelihood, double BrierScore, double ExpectedCalibrationError,
    IReadOnlyList<KindFigures> Outside, IReadOnlyList<TurnedFigures> Turned)
{
    /// <summary>The means of what was found for several seeds.</summary>
    public static NetworkFigures Mean(string name, bool isBayesian, IReadOnlyList<Evaluation> seeds)
    {
        return new NetworkFigures(
            name, isBayesian,
            seeds.Average(seed => seed.Known.Accuracy),
            seeds.Average(seed => seed.Known.NegativeLogLikelihood),
            seeds.Average(seed => seed.Known.BrierScore),
            seeds.Average(seed => seed.Known.ExpectedCalibrationError),
            [.. seeds[0].Outside.Select((kind, i) => new KindFigures(
                kind.Name, Both(i, result => result.ByEntropy), isBayesian ? Both(i, result => result.ByMutualInformation) : null,
                Both(i, result => result.ByConfidence)))],
            [.. seeds[0].Turned.Select((turned, i) => new TurnedFigures(
                turned.Degrees,
                seeds.Average(seed => seed.Turned[i].Result.Accuracy),
                seeds.Average(seed => seed.Turned[i].Result.NegativeLogLikelihood),
                seeds.Average(seed => seed.Turned[i].Result.ExpectedCalibrationError)))]);

        Detection Both(int kind, Func<OutOfDistribution, Detection> by) => new(
            seeds.Average(seed => by(seed.Outside[kind].Result).Auroc),
            seeds.Average(seed => by(seed.Outside[kind].Result).FalsePositiveRate95));
    }
}

/// <summary>
/// How well images of one kind are detected as out of distribution, by three scores; a single network has no mutual information.
/// </summary>
public sealed record KindFigures(string Name, Detection ByEntropy, Detection? ByMutualInformation, Detection ByConfidence);

/// <summary>How right the answers are on digits that are turned by so many degrees, and how right they say they are.</summary>
public sealed record TurnedFigures(int Degrees, double Accuracy, double NegativeLogLikelihood, double ExpectedCalibrationError);
