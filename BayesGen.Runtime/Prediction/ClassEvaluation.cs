using BayesGen.Data;
using BayesGen.Likelihoods;

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

    /// <summary>
    /// The calibration error of each class with bins of equal numbers of examples: see
    /// <see cref="ClassificationMetrics.AdaptiveCalibrationErrorOfClasses"/>. Computed when it is asked for.
    /// </summary>
    public IReadOnlyList<double> AdaptiveCalibrationErrorOfClasses =>
        Targets.Count == 0 ? [] : ClassificationMetrics.AdaptiveCalibrationErrorOfClasses(Prediction.Probabilities, Targets);

    /// <summary>Their mean; NaN where there are none.</summary>
    public double ClasswiseAdaptiveCalibrationError => AdaptiveCalibrationErrorOfClasses.DefaultIfEmpty(double.NaN).Average();

    /// <summary>
    /// The area under the ROC curve, computed when it is asked for: of two classes that of class 1, the yes of a binary classifier; of more
    /// the mean over the classes that occur, each against the rest. NaN where all examples are of one class.
    /// </summary>
    public double Auroc => MeanOfKnown(ClassificationMetrics.AurocOfClasses(Prediction.Probabilities, Targets));

    /// <summary>The area under the precision-recall curve (average precision), of the same classes.</summary>
    public double AveragePrecision => MeanOfKnown(ClassificationMetrics.AveragePrecisionOfClasses(Prediction.Probabilities, Targets));

    /// <summary>F1, the harmonic mean of precision and recall: of two classes that of class 1, of more the mean over the classes.</summary>
    public double F1 => Confusion is not { } confusion ? double.NaN
        : confusion.Classes == 2 ? confusion.F1(1)
        : confusion.MacroF1;

    /// <summary>
    /// The same figures of one place alone, such as one of several questions of yes and no.
    /// </summary>
    /// <param name="place">The place, from 0.</param>
    /// <exception cref="ArgumentException">No example has a target there.</exception>
    public ClassEvaluation OfPlace(int place)
    {
        var rows = AnswerRow.At(place, Prediction.Rows);
        return Of(Prediction.Of(rows), [.. rows.Select(row => Targets[row])]);
    }

    /// <summary>The figures in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Prediction.Count:N0} examples, {Prediction.Samples} draws: accuracy {Accuracy:P1}, NLL {NegativeLogLikelihood:F4}, ")
        + FormattableString.Invariant($"Brier {BrierScore:F4}, ECE {ExpectedCalibrationError:F4}, ")
        + FormattableString.Invariant($"classwise ECE {ClasswiseCalibrationError:F4}")
        + (OutOfDistribution is { } outside ? FormattableString.Invariant($", AUROC by entropy {outside.ByEntropy.Auroc:F3}") : "");

    /// <summary>Judges a prediction for the inputs of a data set by its targets.</summary>
    /// <param name="prediction">The prediction: of a <see cref="Predictor"/>, or at a temperature.</param>
    /// <param name="data">
    /// The data, whose targets are whole numbers [N]; of a prediction of yes and no also 0 and 1 of a float dtype, one for each answer.
    /// </param>
    public static ClassEvaluation Of(ClassPrediction prediction, TensorDataSet data)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(data);

        // A float dtype holds no class numbers, and as many targets as answers are no probabilities of classes either.
        var areYesOrNo = data.Targets.is_floating_point() && data.Targets.numel() == prediction.Count
            && prediction.Probabilities[0].Length == 2;
        return Of(prediction, data, areYesOrNo ? Likelihood.Bernoulli() : Likelihood.Categorical());
    }

    /// <summary>Judges a prediction for the inputs of a data set by those of its targets that are no ignored label.</summary>
    /// <param name="prediction">The prediction: of a <see cref="Predictor"/>, or at a temperature.</param>
    /// <param name="data">The data, with targets as the likelihood has them.</param>
    /// <param name="likelihood">What the targets are.</param>
    public static ClassEvaluation Of(ClassPrediction prediction, TensorDataSet data, ClassLikelihood likelihood)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(likelihood);
        return OfKnown(prediction, likelihood.Labels(data.Targets));
    }

    /// <summary>Judges those rows of a prediction that have a label.</summary>
    internal static ClassEvaluation OfKnown(ClassPrediction prediction, IReadOnlyList<int> labels)
    {
        if (labels.Count != prediction.Count)
            throw new ArgumentException(
                $"There are {labels.Count} targets for {prediction.Count} answers, {prediction.Places} for each example; expected one for each.",
                nameof(labels));
        List<int> known = [.. Enumerable.Range(0, labels.Count).Where(i => labels[i] != ClassLikelihood.NoLabel)];
        if (known.Count == 0)
            throw new ArgumentException("There is no target but the ignored label: nothing can be judged.", nameof(labels));
        return known.Count == labels.Count
            ? Of(prediction, labels)
            : Of(prediction.Of(known), [.. known.Select(i => labels[i])]);
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

    private static double MeanOfKnown(IReadOnlyList<double> ofClasses) => ofClasses.Count == 2
        ? ofClasses[1]
        : ofClasses.Where(number => !double.IsNaN(number)).DefaultIfEmpty(double.NaN).Average();
}
