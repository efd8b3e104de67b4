using System.Globalization;
using BayesGen.Pruning;

namespace BayesGen.Compression;

/// <summary>A threshold that was chosen, with what it was chosen by; <c>model.Prune(choice.Thresholds)</c> prunes.</summary>
/// <param name="Thresholds">The threshold of each family.</param>
/// <param name="Families">How each came about, in the order of the network.</param>
/// <param name="FigureName">What was measured on the validation data: <c>accuracy</c>, or the name of the fit loss.</param>
/// <param name="Unpruned">The figure without pruning, the mean over the networks.</param>
/// <param name="Figure">The figure at the thresholds, the mean over the networks.</param>
/// <param name="Tolerance">What pruning was allowed to cost.</param>
/// <param name="KeptPart">The part of the Bayesian weights that is kept, 0 to 1, over all networks.</param>
/// <param name="Evaluations">How many times the validation data was gone through, by all networks together.</param>
public sealed record ThresholdChoice(
    Thresholds Thresholds,
    IReadOnlyList<FamilyThreshold> Families,
    string FigureName,
    double Unpruned,
    double Figure,
    double Tolerance,
    double KeptPart,
    int Evaluations)
{
    /// <summary>The threshold of a network of one family.</summary>
    /// <exception cref="InvalidOperationException">The network has several families, and each has its own.</exception>
    public double Threshold => Families is [var only]
        ? only.Threshold
        : throw new InvalidOperationException(
            $"The network has several families ({string.Join(", ", Families.Select(family => family.Family))}), and each has a threshold "
            + "of its own: use Thresholds or Families.");

    /// <summary>Why these thresholds, in words.</summary>
    public string Reason => string.Join(" ", Families.Select(family => family.Reason));

    /// <summary>The thresholds and the reason.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Thresholds}: {FigureName} {Figure:G6} instead of {Unpruned:G6}, {100 * KeptPart:G3} % kept. {Reason}");
}

/// <summary>The threshold of one family of a <see cref="ThresholdChoice"/>.</summary>
/// <param name="Family">The name of the family.</param>
/// <param name="Threshold">The threshold.</param>
/// <param name="Curve">Every threshold that was tried, from the lowest to the highest.</param>
/// <param name="Reason">Why this one, in a sentence.</param>
public sealed record FamilyThreshold(string Family, double Threshold, IReadOnlyList<ThresholdPoint> Curve, string Reason);

/// <summary>The networks pruned at one threshold.</summary>
/// <param name="Threshold">The threshold.</param>
/// <param name="KeptPart">The part of the family's weights that is kept, 0 to 1, over all networks.</param>
/// <param name="Figure">The figure on the validation data, the mean over the networks.</param>
/// <param name="IsWithin">Whether what it costs is within the tolerance.</param>
public sealed record ThresholdPoint(double Threshold, double KeptPart, double Figure, bool IsWithin);
