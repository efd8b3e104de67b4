using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>Confusion matrices and decisions by cost, by hand.</summary>
public sealed class DecisionTests
{
    [Fact]
    public void AConfusionMatrixGivesPrecisionRecallAndF1()
    {
        var matrix = ConfusionMatrix.Of([0, 1, 1, 1, 0], [0, 0, 1, 1, 2], classes: 4);
        Assert.Equal([1, 1, 0, 0], matrix.Counts[0]);
        Assert.Equal([1, 0, 0, 0], matrix.Counts[2]);
        Assert.Equal((0.5, 0.5, 0.5), (matrix.Precision(0), matrix.Recall(0), matrix.F1(0)));
        Assert.Equal((2.0 / 3, 1, 0.8), (matrix.Precision(1), matrix.Recall(1), matrix.F1(1)));
        Assert.Equal((double.NaN, 0, 0), (matrix.Precision(2), matrix.Recall(2), matrix.F1(2)));
        Assert.Equal(double.NaN, matrix.F1(3));
        Assert.Equal(1.3 / 3, matrix.MacroF1, 1e-12);
        Assert.Equal(0.6, matrix.MicroF1, 1e-12);
        Assert.Equal(5, matrix.Count);
        Assert.Contains("accuracy 60.0 %, macro F1 0.433", matrix.ToString());
        Assert.StartsWith("     0     1     1     0     0      0.500   0.500  0.500", matrix.ToString().Split(Environment.NewLine)[1]);
    }

    [Fact]
    public void AConfusionMatrixNamesTheExampleThatIsOutOfRange()
    {
        Assert.Contains(
            "target 2 of example 1 is none of the 2 classes",
            Assert.Throws<ArgumentException>(() => ConfusionMatrix.Of([0, 0], [0, 2], 2)).Message);
        Assert.Contains("answer -1 of example 0", Assert.Throws<ArgumentException>(() => ConfusionMatrix.Of([-1], [0], 2)).Message);
        Assert.Contains("0 targets for 0 answers", Assert.Throws<ArgumentException>(() => ConfusionMatrix.Of([], [], 2)).Message);
    }

    [Fact]
    public void ADecisionMinimizesTheExpectedCost()
    {
        // A miss costs ten times a false alarm: class 1 is decided from 1/11 = 0.0909 on.
        var costs = new CostMatrix(new double[,] { { 0, 1 }, { 10, 0 } });
        Assert.Equal(1.0 / 11, costs.Threshold, 1e-12);
        var prediction = Predictions.Classes([0.9, 0.1], [0.91, 0.09]);
        Assert.Equal([1, 0], costs.Decide(prediction));
        Assert.Equal(1.0, costs.ExpectedCosts(prediction)[0][0], 1e-12);
        Assert.Equal(0.9, costs.ExpectedCosts(prediction)[0][1], 1e-12);
        Assert.Equal(5.5, costs.MeanCost([1, 0], [0, 1]));

        // What is right may have a cost too: (5 - 1) / (5 - 1 + 9 - 3).
        Assert.Equal(0.4, new CostMatrix(new double[,] { { 1, 5 }, { 9, 3 } }).Threshold, 1e-12);
    }

    [Fact]
    public void ADecisionMayBeNoneOfTheClasses()
    {
        var costs = new CostMatrix(new double[,] { { 0, 10, 1 }, { 10, 0, 1 } });
        Assert.Equal([2, 0, 1], costs.Decide(Predictions.Classes([0.5, 0.5], [0.95, 0.05], [0.05, 0.95])));
        Assert.Equal(3, costs.Decisions);
        Assert.Contains("use Decide", Assert.Throws<InvalidOperationException>(() => costs.Threshold).Message);
    }

    [Fact]
    public void RefusesCostsThatDecideNothing()
    {
        Assert.Contains(
            "cost of decision 1 for class 0 is NaN",
            Assert.Throws<ArgumentException>(() => new CostMatrix(new[,] { { 0, double.NaN }, { 1, 0 } })).Message);
        var costs = new CostMatrix(new double[,] { { 0, 1 }, { 0, 1 } });
        Assert.Contains("no threshold", Assert.Throws<InvalidOperationException>(() => costs.Threshold).Message);
        Assert.Contains(
            "for 2 classes, and example 0 of the prediction has 3",
            Assert.Throws<ArgumentException>(() => costs.Decide(Predictions.Classes([0.2, 0.3, 0.5]))).Message);
        Assert.Contains(
            "Example 0 has no probabilities",
            Assert.Throws<ArgumentException>(() => costs.Decide(Predictions.Classes([double.NaN, 0.5]))).Message);
        Assert.Contains("Example 0 has target 0 and decision 2", Assert.Throws<ArgumentException>(() => costs.MeanCost([2], [0])).Message);
    }
}
