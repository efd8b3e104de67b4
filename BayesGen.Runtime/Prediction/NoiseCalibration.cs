namespace BayesGen.Prediction;

/// <summary>Finds the size of the noise with which a prediction describes targets best.</summary>
internal static class NoiseCalibration
{
    /// <summary>Factors outside of this say that the network is another one than the noise belongs to.</summary>
    private const double Widest = 1e4;

    /// <summary>After so many thirds the bracket is at a millionth of its width.</summary>
    private const int Narrowings = 48;

    /// <summary>
    /// For each output the factor on the noise variance that makes the mean log density of the targets largest, each output by itself, by
    /// the targets that it has.
    /// </summary>
    public static double[] Factors(RegressionPrediction prediction, IReadOnlyList<double[]> targets)
    {
        RegressionMetrics.RequireShape(prediction.Mean, targets);
        for (var output = 0; output < prediction.Outputs; output++)
            if (targets.All(target => double.IsNaN(target[output])))
                throw new ArgumentException(
                    $"Output {output} has no target: there is nothing to fit its noise to. Give examples with targets.", nameof(targets));
        return [.. Enumerable.Range(0, prediction.Outputs).Select(output => Math.Exp(GoldenSection.Largest(
            logFactor => MeanLogDensity(prediction, targets, output, Math.Exp(logFactor)),
            -Math.Log(Widest), Math.Log(Widest), Narrowings)))];
    }

    private static double MeanLogDensity(RegressionPrediction prediction, IReadOnlyList<double[]> targets, int output, double factor)
    {
        var sum = 0.0;
        var known = 0;
        for (var i = 0; i < targets.Count; i++)
        {
            // NaN stands for a target that is missing.
            var target = targets[i][output];
            if (double.IsNaN(target))
                continue;
            known++;
            var (means, variances) = (prediction.MeansOfSamples(i, output), prediction.VariancesOfSamples(i, output));
            var largest = double.NegativeInfinity;
            for (var k = 0; k < means.Count; k++)
                largest = Math.Max(largest, Log(k));
            var density = 0.0;
            for (var k = 0; k < means.Count; k++)
                density += Math.Exp(Log(k) - largest);
            sum += largest + Math.Log(density);

            double Log(int k)
            {
                var (offset, variance) = (target - means[k], Math.Max(variances[k] * factor, double.Epsilon));
                return -0.5 * (offset * offset / variance + Math.Log(variance));
            }
        }

        return sum / known;
    }
}
