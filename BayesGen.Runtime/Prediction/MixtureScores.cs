using BayesGen.Likelihoods;

namespace BayesGen.Prediction;

/// <summary>What mixtures are worth by targets. A target that is NaN is none, and the others of its example count all the same.</summary>
/// <param name="means">The means of the components, by example, output and component.</param>
/// <param name="variances">Their variances.</param>
/// <param name="density">How a target is distributed given the weights; null is Gaussian.</param>
internal sealed class MixtureScores(
    IReadOnlyList<double[][]> means, IReadOnlyList<double[][]> variances, TargetDensity? density)
{
    private const double LogTwoPi = 1.8378770664093453;

    /// <summary>The smallest normal double.</summary>
    private const double Smallest = 2.2250738585072014e-308;

    /// <summary>log p(y) of each example, of the outputs d that have a target: log mean_k prod_d p(y_d; mean_kd, variance_kd).</summary>
    public double[] LogDensity(IReadOnlyList<double[]> targets) => [.. targets.Select((row, example) =>
    {
        int[] known = [.. Enumerable.Range(0, row.Length).Where(output => !double.IsNaN(row[output]))];
        var terms = Enumerable.Range(0, means[example][0].Length).Select(draw => known.Sum(output =>
        {
            // A variance that has come to 0 is a peak of its own; the smallest number keeps it from being NaN.
            var (mean, variance) = (means[example][output][draw], Math.Max(variances[example][output][draw], Smallest));
            if (density is not null)
                return density.Log(row[output], mean, variance);
            var offset = row[output] - mean;
            return -0.5 * (offset * offset / variance + Math.Log(variance) + LogTwoPi);
        })).ToArray();
        var largest = terms.Max();
        return double.IsNegativeInfinity(largest) ? largest : largest + Math.Log(terms.Average(term => Math.Exp(term - largest)));
    })];

    /// <summary>The continuous ranked probability score of each output of each example; NaN where it has no target.</summary>
    public double[][] Crps(IReadOnlyList<double[]> targets)
    {
        if (density is not null)
        {
            var scores = new double[targets.Count][];
            Parallel.For(0, targets.Count, i => scores[i] = [.. targets[i].Select(
                (target, d) => double.IsNaN(target) ? target : density.Crps(target, means[i][d], variances[i][d]))]);
            return scores;
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var y = tensor(targets.SelectMany(row => row).ToArray(), [targets.Count, targets[0].Length], ScalarType.Float64, CPU);
        return PlainNumbers.Of(GaussianMixture.Crps(y, Components(means), Components(variances).sqrt()));
    }

    /// <summary>[components, examples, outputs].</summary>
    public static Tensor Components(IReadOnlyList<double[][]> numbers) => tensor(
        numbers.SelectMany(example => example.SelectMany(draws => draws)).ToArray(),
        [numbers.Count, numbers[0].Length, numbers[0][0].Length], ScalarType.Float64, CPU).permute(2, 0, 1);
}
