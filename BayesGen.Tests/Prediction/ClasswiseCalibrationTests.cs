namespace BayesGen.Tests;

/// <summary>The calibration error of each class.</summary>
public sealed class ClasswiseCalibrationTests
{
    [Fact]
    public void ReportsTheCalibrationErrorOfARareClass()
    {
        double[][] p = [.. Enumerable.Repeat(new[] { 0.4, 0.6 }, 60), .. Enumerable.Repeat(new[] { 0.9, 0.1 }, 40)];
        int[] targets = [.. Enumerable.Repeat(1, 24), .. Enumerable.Repeat(0, 36), .. Enumerable.Repeat(1, 4), .. Enumerable.Repeat(0, 36)];
        // Class 1 has 24 of 60 where 0.6 was said, and 4 of 40 where 0.1 was: off by 0.2 for 60 of 100. In two classes both are off alike.
        var errors = ClassificationMetrics.CalibrationErrorOfClasses(p, targets);
        Assert.Equal(0.12, errors[0], 1e-12);
        Assert.Equal(0.12, errors[1], 1e-12);

        // The most probable class is right in 24 of 60 and 36 of 40, so its error is the same; among three classes it is not.
        double[][] three = [.. Enumerable.Repeat(new[] { 0.6, 0.4, 0.0 }, 50), .. Enumerable.Repeat(new[] { 0.6, 0.0, 0.4 }, 50)];
        int[] classes = [.. Enumerable.Repeat(0, 30), .. Enumerable.Repeat(2, 20), .. Enumerable.Repeat(0, 30),
            .. Enumerable.Repeat(1, 20)];
        Assert.Equal(0, ClassificationMetrics.ExpectedCalibrationError(three, classes), 1e-12);
        var ofClasses = ClassificationMetrics.CalibrationErrorOfClasses(three, classes);
        Assert.Equal([0, 0.4, 0.4], ofClasses.Select(error => Math.Round(error, 12)));
    }

    [Fact]
    public void AnEvaluationReportsTheErrorOfEachClass()
    {
        using var scope = NewDisposeScope();
        var prediction = ClassPrediction.Of(tensor(new[] { Math.Log(0.8), Math.Log(0.2) }, [1, 2], ScalarType.Float64, CPU));
        var evaluation = ClassEvaluation.Of(prediction, [0]);
        Assert.Equal([0.2, 0.2], evaluation.CalibrationErrorOfClasses.Select(error => Math.Round(error, 12)));
        Assert.Equal(0.2, evaluation.ClasswiseCalibrationError, 1e-12);
        Assert.Contains("classwise ECE 0.2000", evaluation.ToString());
    }
}
