namespace BayesGen.Prediction;

/// <summary>How well the uncertainty of a prediction tells examples of another kind from those of the kind that was learned.</summary>
/// <param name="Prediction">The prediction for the examples from outside.</param>
/// <param name="ByEntropy">By predictive entropy.</param>
/// <param name="ByMutualInformation">
/// By mutual information; of no use with a single draw, where it is 0 throughout, and NaN at a temperature, where there is none.
/// </param>
/// <param name="ByConfidence">By the probability of the most probable class, low meaning outside.</param>
public sealed record OutOfDistribution(
    ClassPrediction Prediction, Detection ByEntropy, Detection ByMutualInformation, Detection ByConfidence)
{
    /// <summary>Compares two predictions of one network.</summary>
    /// <param name="inside">For examples of the kind that was learned.</param>
    /// <param name="outside">For examples of another kind.</param>
    public static OutOfDistribution Of(ClassPrediction inside, ClassPrediction outside)
    {
        ArgumentNullException.ThrowIfNull(inside);
        ArgumentNullException.ThrowIfNull(outside);
        return new OutOfDistribution(
            outside,
            By(prediction => prediction.Entropy),
            inside.MutualInformation.Concat(outside.MutualInformation).Any(double.IsNaN)
                ? new(double.NaN, double.NaN)
                : By(prediction => prediction.MutualInformation),
            By(prediction => [.. prediction.Confidence.Select(confidence => -confidence)]));

        Detection By(Func<ClassPrediction, IReadOnlyList<double>> score) => new(
            DetectionMetrics.Auroc(score(inside), score(outside)), DetectionMetrics.FalsePositiveRate(score(inside), score(outside)));
    }
}

/// <summary>How well one score tells outside from inside.</summary>
/// <param name="Auroc">See <see cref="DetectionMetrics.Auroc"/>; 1 is perfect, 0.5 chance.</param>
/// <param name="FalsePositiveRate95">See <see cref="DetectionMetrics.FalsePositiveRate"/> at 0.95; 0 is perfect.</param>
public sealed record Detection(double Auroc, double FalsePositiveRate95);
