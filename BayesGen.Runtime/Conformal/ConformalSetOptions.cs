namespace BayesGen.Conformal;

/// <summary>How a class is scored; the set of an example holds the classes whose score is at most the threshold.</summary>
public enum SetMethod
{
    /// <summary>
    /// 1 - p_c (LAC): the smallest sets on average, empty where no class is probable enough. Sadinle, Lei, Wasserman, "Least Ambiguous
    /// Set-Valued Classifiers with Bounded Error Levels", 2019.
    /// </summary>
    LeastAmbiguous,

    /// <summary>
    /// The probability of the classes above c and of c itself (APS): larger sets where the prediction is unsure, so that coverage differs
    /// less between easy and hard examples. Romano, Sesia, Candès, "Classification with Valid and Adaptive Coverage", 2020.
    /// </summary>
    Adaptive,

    /// <summary>
    /// APS with a penalty for each class beyond the first few (RAPS): against long tails of many classes. Angelopoulos, Bates, Jordan,
    /// Malik, "Uncertainty Sets for Image Classifiers using Conformal Prediction", 2021.
    /// </summary>
    RegularizedAdaptive,
}

/// <summary>How sets of classes are made.</summary>
public sealed record ConformalSetOptions
{
    /// <summary>The part of targets that the sets hold, above 0 and below 1.</summary>
    public double Coverage { get; init; } = 0.9;

    /// <summary>How a class is scored.</summary>
    public SetMethod Method { get; init; } = SetMethod.LeastAmbiguous;

    /// <summary>
    /// Whether every class has a threshold of its own (Mondrian), so that the coverage holds for the examples of each class. It needs
    /// enough calibration examples of each.
    /// </summary>
    public bool PerClass { get; init; }

    /// <summary>
    /// Whether the adaptive methods count a class's own probability in part, by a number between 0 and 1 that is made of the example's
    /// probabilities and <see cref="Seed"/>: coverage is then what was asked, and a set may be empty. Else it is counted whole, and
    /// coverage is more than was asked. The same probabilities have the same set either way, and rounding in their last digits, as between
    /// two sizes of a batch, hardly moves the number: only a class whose score lies that close to the threshold can come or go.
    /// </summary>
    public bool Randomized { get; init; } = true;

    /// <summary>The seed of <see cref="Randomized"/>.</summary>
    public long Seed { get; init; }

    /// <summary>Whether a set may be empty; else it has at least the most probable class, and coverage may be more than asked.</summary>
    public bool AllowEmpty { get; init; } = true;

    /// <summary>
    /// The penalty of <see cref="SetMethod.RegularizedAdaptive"/> for each class beyond the first <see cref="FreeRank"/>, at least 0.
    /// </summary>
    public double Penalty { get; init; } = 0.1;

    /// <summary>How many classes have no penalty, at least 0.</summary>
    public int FreeRank { get; init; } = 1;

    /// <summary>
    /// Whether too few calibration examples for the coverage are answered with sets that hold every class, which is all that can be
    /// guaranteed then, in place of a refusal. With <see cref="PerClass"/> a class that is too rare is in every set.
    /// </summary>
    public bool AllowUnbounded { get; init; }

    internal ConformalSetOptions Checked()
    {
        ConformalThreshold.RequireCoverage(Coverage, nameof(Coverage));
        if (!Enum.IsDefined(Method))
            throw new ArgumentOutOfRangeException(nameof(Method), Method, "This is no method for sets.");
        if (!(Penalty >= 0 && double.IsFinite(Penalty)))
            throw new ArgumentOutOfRangeException(nameof(Penalty), Penalty, "A penalty is a finite number that is at least 0.");
        ArgumentOutOfRangeException.ThrowIfNegative(FreeRank);
        return this;
    }
}
