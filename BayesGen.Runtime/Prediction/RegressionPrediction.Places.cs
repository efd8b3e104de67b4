using BayesGen.Likelihoods;

namespace BayesGen.Prediction;

/// <summary>Predictions of numbers over places.</summary>
public sealed partial class RegressionPrediction
{
    /// <summary>
    /// The number of places of an example, such as the steps of a sequence. Place p of example i is row i * Places + p. 1 where an example
    /// has one answer, and where the sequences of batches differ in length.
    /// </summary>
    public int Places { get; internal init; } = 1;

    /// <summary>Whether targets are counts.</summary>
    internal bool AreCounts => Density is PoissonDensity;

    /// <summary>Example and place of each row where some rows were left out; null where all are there.</summary>
    internal IReadOnlyList<AnswerRow>? KnownRows { get; init; }

    /// <summary>Example and place of each row.</summary>
    internal IReadOnlyList<AnswerRow> Rows => KnownRows ?? AnswerRow.All(Count, Places);

    /// <summary>The answers at one place alone, such as one step of a sequence.</summary>
    /// <param name="place">The place, from 0.</param>
    /// <returns>A prediction with a row for each example, and without places.</returns>
    /// <exception cref="ArgumentException">The prediction has no such place.</exception>
    public RegressionPrediction OfPlace(int place) => Of(AnswerRow.At(place, Rows));

    /// <summary>Some of the rows, in order: a prediction without places.</summary>
    internal RegressionPrediction Of(IReadOnlyList<int> rows)
    {
        return new RegressionPrediction(
            Samples, Outputs, Chosen(_means), Chosen(_variances), WeightVariance is { } weights ? Chosen(weights) : null)
        {
            Density = Density,
            KnownRows = Chosen(Rows),
        };

        IReadOnlyList<T> Chosen<T>(IReadOnlyList<T> all) => [.. rows.Select(row => all[row])];
    }
}
