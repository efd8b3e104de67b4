using BayesGen.Data;

namespace BayesGen.Prediction;

/// <summary>How good the class probabilities of a prediction are on labeled examples.</summary>
/// <param name="Prediction">The prediction itself, example by example.</param>
/// <param name="Accuracy">The part of examples whose most probable class is the target.</param>
/// <param name="NegativeLogLikelihood">The mean of -log p(target), nats.</param>
/// <param name="BrierScore">The mean squared error of the probabilities, summed over classes, 0 to 2.</param>
/// <param name="ExpectedCalibrationError">With 15 bins of equal width over the confidence of the most probable class.</param>
/// <param name="ReliabilityBins">Those bins, for a reliability diagram.</param>
/// <param name="OutOfDistribution">How well examples of a second data set are distinguished, where one was given; else null.</param>
public sealed record ClassEvaluation(
    ClassPrediction Prediction,
    double Accuracy,
    double NegativeLogLikelihood,
    double BrierScore,
    double ExpectedCalibrationError,
    IReadOnlyList<ReliabilityBin> ReliabilityBins,
    OutOfDistribution? OutOfDistribution = null)
{
    /// <summary>
    /// The calibration error of each class, see <see cref="ClassificationMetrics.CalibrationErrorOfClasses"/>: of a rare class it may be
    /// large where <see cref="ExpectedCalibrationError"/>, which looks at the most probable class alone, is small.
    /// </summary>
    public IReadOnlyList<double> CalibrationErrorOfClasses { get; init; } = [];

    /// <summary>Their mean, the classwise calibration error; NaN where there are none.</summary>
    public double ClasswiseCalibrationError => CalibrationErrorOfClasses.Count == 0 ? double.NaN : CalibrationErrorOfClasses.Average();

    /// <summary>The classes that it was judged by.</summary>
    public IReadOnlyList<int> Targets { get; init; } = [];

    /// <summary>With bins of equal numbers of examples: see <see cref="ClassificationMetrics.AdaptiveCalibrationError"/>.</summary>
    public double AdaptiveCalibrationError { get; init; } = double.NaN;

    /// <summary>Which class was taken for which; with it precision, recall and F1. Null where there are no targets.</summary>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>The figures in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Prediction.Count:N0} examples, {Prediction.Samples} draws: accuracy {Accuracy:P1}, NLL {NegativeLogLikelihood:F4}, ")
        + FormattableString.Invariant($"Brier {BrierScore:F4}, ECE {ExpectedCalibrationError:F4}, ")
        + FormattableString.Invariant($"classwise ECE {ClasswiseCalibrationError:F4}")
        + (OutOfDistribution is { } outside ? FormattableString.Invariant($", AUROC by entropy {outside.ByEntropy.Auroc:F3}") : "");

    /// <summary>Judges a prediction for the inputs of a data set by its targets.</summary>
    /// <param name="prediction">The prediction: of a <see cref="Predictor"/>, or at a temperature.</param>
    /// <param name="data">The data, whose targets are whole numbers [N].</param>
    public static ClassEvaluation Of(ClassPrediction prediction, TensorDataSet data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Of(prediction, PlainNumbers.Classes(data.Targets));
    }

    /// <summary>Judges a prediction.</summary>
    /// <param name="prediction">The prediction.</param>
    /// <param name="targets">The class of each of its examples.</param>
    public static ClassEvaluation Of(ClassPrediction prediction, IReadOnlyList<int> targets)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var p = prediction.Probabilities;
        return new ClassEvaluation(
            prediction,
            ClassificationMetrics.Accuracy(p, targets),
            ClassificationMetrics.NegativeLogLikelihood(p, targets),
            ClassificationMetrics.BrierScore(p, targets),
            ClassificationMetrics.ExpectedCalibrationError(p, targets),
            ClassificationMetrics.ReliabilityBins(p, targets))
        {
            CalibrationErrorOfClasses = ClassificationMetrics.CalibrationErrorOfClasses(p, targets),
            AdaptiveCalibrationError = ClassificationMetrics.AdaptiveCalibrationError(p, targets),
            Confusion = ConfusionMatrix.Of(prediction.Classes, targets, p[0].Length),
            Targets = [.. targets],
        };
    }
}

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
