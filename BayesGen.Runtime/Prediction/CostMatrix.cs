namespace BayesGen.Prediction;

/// <summary>
/// What each decision costs where the truth is each class, and from it the decision that costs least on average: argmin_d sum_c p_c
/// cost(c, d). Decisions may be the classes, or others: "ask a doctor" is one more column.
/// </summary>
/// <remarks>
/// Elkan, "The Foundations of Cost-Sensitive Learning", 2001. It is right as far as the probabilities are calibrated.
/// </remarks>
public sealed class CostMatrix
{
    private readonly double[,] _costs;

    /// <summary>Takes the costs over, as a copy.</summary>
    /// <param name="costs">For each class (row) the cost of each decision (column), in one unit; finite. A gain is negative.</param>
    /// <exception cref="ArgumentException">There are fewer than two classes or no decisions, or a cost is not finite.</exception>
    public CostMatrix(double[,] costs)
    {
        ArgumentNullException.ThrowIfNull(costs);
        if (costs.GetLength(0) < 2 || costs.GetLength(1) < 1)
            throw new ArgumentException(
                $"A cost matrix has a row for each of at least two classes and a column for each decision, not [{costs.GetLength(0)}, "
                + $"{costs.GetLength(1)}].", nameof(costs));
        for (var c = 0; c < costs.GetLength(0); c++)
            for (var d = 0; d < costs.GetLength(1); d++)
                if (!double.IsFinite(costs[c, d]))
                    throw new ArgumentException(
                        $"The cost of decision {d} for class {c} is {costs[c, d]}; expected a finite number.", nameof(costs));
        _costs = (double[,])costs.Clone();
    }

    /// <summary>The number of classes.</summary>
    public int Classes => _costs.GetLength(0);

    /// <summary>The number of decisions.</summary>
    public int Decisions => _costs.GetLength(1);

    /// <summary>The cost of a decision where the truth is a class.</summary>
    /// <param name="c">The class.</param>
    /// <param name="decision">The decision.</param>
    public double this[int c, int decision] => _costs[c, decision];

    /// <summary>
    /// For two classes and two decisions: the probability of class 1 from which on decision 1 costs no more, (cost(0, 1) - cost(0, 0)) /
    /// (cost(0, 1) - cost(0, 0) + cost(1, 0) - cost(1, 1)). A miss ten times as dear as a false alarm gives 1/11.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are more, or one decision is never worse than the other.</exception>
    public double Threshold
    {
        get
        {
            if (Classes != 2 || Decisions != 2)
                throw new InvalidOperationException(
                    $"A threshold belongs to two classes and two decisions; here are {Classes} and {Decisions}: use Decide.");
            var (falseAlarm, miss) = (_costs[0, 1] - _costs[0, 0], _costs[1, 0] - _costs[1, 1]);
            if (falseAlarm <= 0 || miss <= 0)
                throw new InvalidOperationException(
                    "There is no threshold: for each class its own decision has to cost less than the other one. The costs of class 0 "
                    + FormattableString.Invariant($"are {_costs[0, 0]} and {_costs[0, 1]}, those of class 1 {_costs[1, 0]} and ")
                    + FormattableString.Invariant($"{_costs[1, 1]}."));
            return falseAlarm / (falseAlarm + miss);
        }
    }

    /// <summary>For each example the expected cost of each decision.</summary>
    /// <param name="prediction">The prediction.</param>
    /// <exception cref="ArgumentException">It is of another number of classes, or holds NaN.</exception>
    public IReadOnlyList<double[]> ExpectedCosts(ClassPrediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        AnswerCheck.RequireClasses(prediction.Probabilities, Classes, "The costs");
        return [.. prediction.Probabilities.Select(row => Enumerable.Range(0, Decisions)
            .Select(d => row.Select((p, c) => p * _costs[c, d]).Sum()).ToArray())];
    }

    /// <summary>For each example the decision of the smallest expected cost; of equals the first.</summary>
    /// <param name="prediction">The prediction.</param>
    /// <exception cref="ArgumentException">It is of another number of classes, or holds NaN.</exception>
    public IReadOnlyList<int> Decide(ClassPrediction prediction) =>
        [.. ExpectedCosts(prediction).Select(costs => Array.IndexOf(costs, costs.Min()))];

    /// <summary>What decisions did cost, the mean over the examples.</summary>
    /// <param name="decisions">The decision for each example.</param>
    /// <param name="targets">The class of each example.</param>
    /// <exception cref="ArgumentException">There are none, the lists differ in length, or a number is out of range.</exception>
    public double MeanCost(IReadOnlyList<int> decisions, IReadOnlyList<int> targets)
    {
        ArgumentNullException.ThrowIfNull(decisions);
        ArgumentNullException.ThrowIfNull(targets);
        if (decisions.Count != targets.Count || targets.Count == 0)
            throw new ArgumentException(
                $"There are {targets.Count} targets for {decisions.Count} decisions; expected one for each, and at least one.",
                nameof(targets));
        for (var i = 0; i < targets.Count; i++)
            if (targets[i] < 0 || targets[i] >= Classes || decisions[i] < 0 || decisions[i] >= Decisions)
                throw new ArgumentException(
                    $"Example {i} has target {targets[i]} and decision {decisions[i]}; there are {Classes} classes and {Decisions} "
                    + "decisions, counted from 0.", nameof(targets));
        return targets.Zip(decisions, (c, d) => _costs[c, d]).Average();
    }
}
