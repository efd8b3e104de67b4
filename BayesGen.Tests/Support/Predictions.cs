namespace BayesGen.Tests.Support;

/// <summary>Predictions made of plain numbers.</summary>
internal static class Predictions
{
    /// <summary>Classes with these probabilities, said by one network.</summary>
    public static ClassPrediction Classes(params IReadOnlyList<double[]> probabilities)
    {
        double[] entropy = [.. probabilities.Select(row => -row.Sum(p => p > 0 ? p * Math.Log(p) : 0))];
        return new ClassPrediction(1, probabilities, entropy, entropy, outputs: null);
    }

    /// <summary>One output with these Gaussians, said by one network.</summary>
    public static RegressionPrediction Gaussians(params IReadOnlyList<(double Mean, double Deviation)> examples) => new(
        1, 1,
        [.. examples.Select(example => new double[][] { [example.Mean] })],
        [.. examples.Select(example => new double[][] { [example.Deviation * example.Deviation] })]);
}
