using BayesGen.Plots;

namespace BayesGen.Tests;

/// <summary>Several models on one data set.</summary>
public sealed class ComparisonTests
{
    /// <summary>
    /// By hand: confidences 0.9, 0.6, 0.8, 0.7 of which the second is wrong. Sorted by confidence the errors are 0, 0, 0, 1.
    /// </summary>
    [Fact]
    public void ErrorsAreAddedUpFromTheSurestOn()
    {
        var knows = Classes([0.9, 0.6, 0.8, 0.7], [0, 1, 0, 0]);
        var errs = Classes([0.6, 0.9, 0.7, 0.8], [0, 1, 0, 0]);
        var comparison = Comparison.Of(("knows", knows), ("errs", errs));
        Assert.Equal([0, 0, 0, 0.25], comparison.RiskCurves[0]);
        Assert.Equal([1, 0.5, 1 / 3.0, 0.25], comparison.RiskCurves[1]);
        Assert.Equal(0.75, comparison.Rows[0][comparison.Columns.ToList().IndexOf("accuracy")]);
        Assert.Equal(knows.NegativeLogLikelihood, comparison.Rows[0][1]);
        Assert.Contains("| knows | 0.75 |", comparison.ToString());
        Assert.Equal(4, comparison.ToString().Split(Environment.NewLine).Length);
    }

    [Fact]
    public void NumbersAreSortedByTheirVariance()
    {
        using var scope = NewDisposeScope();
        // Means 0, variances 1, 4 and 9, targets 1, 2 and 3: squared errors 1, 4 and 9.
        var output = tensor(new[] { 0, 0, 0, 0, Math.Log(4), Math.Log(9) }, [2, 3], ScalarType.Float64, CPU).t();
        var evaluation = RegressionEvaluation.Of(
            RegressionPrediction.Of(GaussianNoise.Learned, output), [[1.0], [2.0], [3.0]], [0.9]);
        var comparison = Comparison.Of(("one", evaluation));
        IReadOnlyList<double> expected = [1, Math.Sqrt(2.5), Math.Sqrt(14 / 3.0)];
        IReadOnlyList<double> found = comparison.RiskCurves[0];
        Rounding.AssertSame(expected, found);
        Assert.Equal(["RMSE", "NLL", "CRPS", "90 % holds", "90 % width"], comparison.Columns);
        Assert.Equal(1, comparison.Rows[0][3]);
    }

    /// <summary>Both of 99.5 % and 99.9 % were called 100 %.</summary>
    [Fact]
    public void LevelsHaveTheirOwnNames()
    {
        using var scope = NewDisposeScope();
        var evaluation = RegressionEvaluation.Of(
            RegressionPrediction.Of(GaussianNoise.Fixed(1), zeros(3, 1, dtype: ScalarType.Float64, device: CPU)), [[1.0], [2.0], [3.0]],
            [0.29, 0.975, 0.995, 0.999]);
        Assert.Equal(
            ["29 % holds", "97.5 % holds", "99.5 % holds", "99.9 % holds"],
            Comparison.Of(("one", evaluation)).Columns.Where(column => column.EndsWith("holds", StringComparison.Ordinal)));
        Assert.Contains("97.5 % intervals hold", evaluation.ToString());
        Assert.Contains("intervals of 99.9 %", evaluation.Prediction.CentralInterval(0.999).ToString());
    }

    /// <summary>The last error was a mean of the means of examples, and so another one than in the table.</summary>
    [Fact]
    public void TheLastErrorIsThatOfTheTableWhereTargetsAreMissing()
    {
        using var scope = NewDisposeScope();
        var prediction = RegressionPrediction.Of(GaussianNoise.Fixed(1), zeros(3, 2, dtype: ScalarType.Float64, device: CPU));
        var evaluation = RegressionEvaluation.OfKnown(prediction, [[1, double.NaN], [2, 3], [double.NaN, 4]], levels: null);
        var comparison = Comparison.Of(("one", evaluation));
        Assert.Equal(Math.Sqrt((1 + 4 + 9 + 16) / 4.0), comparison.Rows[0][0], 1e-12);
        Assert.Equal(comparison.Rows[0][0], comparison.RiskCurves[0][^1], 1e-12);
    }

    [Fact]
    public void OtherTargetsAreRefused()
    {
        var one = Classes([0.9, 0.6], [0, 1]);
        Assert.Contains("'b' was evaluated on other targets than 'a'",
            Assert.Throws<ArgumentException>(() => Comparison.Of(("a", one), ("b", Classes([0.9, 0.6], [0, 0])))).Message);
        Assert.Contains("called 'a'", Assert.Throws<ArgumentException>(() => Comparison.Of(("a", one), ("a", one))).Message);
    }

    [Fact]
    public void TheChartHasACurveForEachModel()
    {
        var comparison = Comparison.Of(
            ("plain", Classes([0.9, 0.6, 0.8, 0.7], [0, 1, 0, 0])), ("ensemble", Classes([0.6, 0.9, 0.7, 0.8], [0, 1, 0, 0])));
        var svg = ComparisonChart.Draw(comparison).ToSvg();
        Assert.Contains("plain", svg);
        Assert.Contains("ensemble", svg);
        var many = ComparisonChart.Draw(Comparison.Of(
            [.. Enumerable.Range(0, 7).Select(i => ($"model {i}", Classes([0.9, 0.6], [0, 1])))])).ToSvg();
        Assert.All(Enumerable.Range(0, 7), i => Assert.Contains($"model {i}", many));
    }

    /// <summary>Class 0 with these probabilities.</summary>
    private static ClassEvaluation Classes(double[] confidences, int[] targets)
    {
        using var scope = NewDisposeScope();
        var p = tensor(confidences, [confidences.Length, 1], ScalarType.Float64, CPU);
        return ClassEvaluation.Of(ClassPrediction.Of(cat([p, 1 - p], 1).log()), targets);
    }
}
