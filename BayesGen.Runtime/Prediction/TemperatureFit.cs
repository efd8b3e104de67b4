namespace BayesGen.Prediction;

/// <summary>Finds the power of probabilities under which targets are most likely.</summary>
/// <remarks>
/// With z = log p and b = 1/T the mean of -b z_target + log sum_c exp(b z_c) is convex in b: its slope is the mean of E_b z - z_target, and
/// its curvature the mean of Var_b z, where E_b and Var_b are under the scaled probabilities. Newton's steps, inside a bracket.
/// </remarks>
internal static class TemperatureFit
{
    /// <summary>A best power outside of 1/Widest to Widest says that something else than the temperature is wrong.</summary>
    private const double Widest = 1_000;

    private const int Steps = 200;

    /// <summary>The best power 1/T.</summary>
    /// <exception cref="ArgumentException">No power in reach is the best one; the message says why.</exception>
    public static double BestPower(IReadOnlyList<double[]> probabilities, IReadOnlyList<int> targets)
    {
        List<double[]> logarithms = [.. probabilities.Select(row => Array.ConvertAll(row, Math.Log))];
        for (var i = 0; i < targets.Count; i++)
            if (double.IsNegativeInfinity(logarithms[i][targets[i]]))
                throw new ArgumentException(
                    $"The target {targets[i]} of example {i} has probability 0, and keeps it at every temperature.", nameof(targets));
        if (probabilities.All(row => row.Where(p => p > 0).Distinct().Count() == 1))
            throw new ArgumentException(
                "All probabilities of an example are alike, so every temperature leaves them as they are: there is nothing to scale.",
                nameof(probabilities));
        var (low, high) = (1 / Widest, Widest);
        if (Slope(logarithms, targets, low).First >= 0)
            throw new ArgumentException(
                "The probabilities are no better than chance on these examples: the best temperature is infinite. Look whether the targets "
                + "belong to the inputs, and how the training went.", nameof(targets));
        if (Slope(logarithms, targets, high).First <= 0)
            throw new ArgumentException(
                "The target of every example has the largest probability, or all but, so the best temperature is 0. Give more "
                + "examples, some of which the network gets wrong.", nameof(targets));
        var power = 1.0;
        for (var i = 0; i < Steps; i++)
        {
            var (slope, curvature) = Slope(logarithms, targets, power);
            if (slope > 0)
                high = power;
            else
                low = power;
            var next = power - slope / curvature;
            if (!(next > low && next < high))
                next = Math.Sqrt(low * high);
            if (Math.Abs(next - power) <= 1e-14 * power)
                return next;
            power = next;
        }

        return power;
    }

    private static (double First, double Second) Slope(List<double[]> logarithms, IReadOnlyList<int> targets, double power)
    {
        var (first, second) = (0.0, 0.0);
        for (var i = 0; i < targets.Count; i++)
        {
            var largest = logarithms[i].Max();
            var (sum, mean, square) = (0.0, 0.0, 0.0);
            foreach (var logarithm in logarithms[i])
            {
                if (double.IsNegativeInfinity(logarithm))
                    continue;
                var (offset, weight) = (logarithm - largest, Math.Exp(power * (logarithm - largest)));
                (sum, mean, square) = (sum + weight, mean + weight * offset, square + weight * offset * offset);
            }

            (mean, square) = (mean / sum, square / sum);
            first += mean - (logarithms[i][targets[i]] - largest);
            second += square - mean * mean;
        }

        return (first / targets.Count, second / targets.Count);
    }
}
