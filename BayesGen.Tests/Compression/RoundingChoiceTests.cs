using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>The fewest bits that cost no more than is allowed, measured on the rounded network, without changing the model.</summary>
public class RoundingChoiceTests
{
    private static readonly EvaluationOptions Squares = new() { FitLoss = FitLoss.SquaredError };

    /// <summary>
    /// Weights 1 and -1/2: one bit behind the point is exact, none makes the second 0 at a squared error of 1/8 an example.
    /// </summary>
    [Theory]
    [InlineData(0, 0, 1, 0.0)]
    [InlineData(4, 0, 1, 0.0)]
    [InlineData(-3, 0, 1, 0.0)]
    [InlineData(0, 0.124, 1, 0.0)]
    [InlineData(0, 0.126, 0, 0.125)]
    [InlineData(4, 0.3, 0, 0.125)]
    public void AHandMadeLineGetsTheFewestBitsWithinTheTolerance(int extra, double tolerance, int bits, double figure)
    {
        using var scope = NewDisposeScope();
        using var model = HandLine();
        var choice = model.ChooseBits(new Line(), HandData(), tolerance, new() { ExtraBits = extra }, Squares);
        Assert.Equal(bits, Assert.Single(choice.Bits.Weights).FractionBits);
        Assert.Equal(("squared error", 0.0, figure, tolerance), (choice.FigureName, choice.Unrounded, choice.Figure, choice.Tolerance));
        Assert.InRange(choice.Evaluations, 3, 8);
    }

    [Fact]
    public void EveryChoiceWasMeasuredAndOneBitLessCostsTooMuch()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(200, 4);
        using var model = Trained();
        List<Tensor> before = [.. model.state_dict().Values.Select(tensor => tensor.detach().clone())];
        var choice = model.ChooseBits(new SparseReader(), data, 0.02);
        Assert.All(before.Zip(model.state_dict().Values), pair => Assert.True(TensorBits.Same(pair.First, pair.Second)));
        Assert.Equal(model.Export(new SparseReader()).EvaluatePlain(data).Accuracy, choice.Unrounded);
        Assert.Equal(Accuracy(choice.Bits), choice.Figure);
        Assert.True(choice.Unrounded - choice.Figure <= 0.02 + 1e-12);
        var posterior = model.ChooseBits();
        Assert.True(choice.Bits.Weights.Sum(weight => weight.FractionBits) < posterior.Weights.Sum(weight => weight.FractionBits));
        var last = choice.Bits.Weights.Where(weight => weight.Kept > 0).MinBy(weight => weight.Kept)!;
        if (last is { FractionBits: > 0, Bits: > 2 })
            Assert.True(choice.Unrounded - Accuracy(Less(choice.Bits, last)) > 0.02);
        Assert.Contains($"{choice.Unrounded:G6}", choice.ToString());

        double Accuracy(BitWidths bits) => model.Export(new SparseReader(), bits).EvaluatePlain(data).Accuracy;
        static BitWidths Less(BitWidths bits, WeightBits weight) => new(
            [.. bits.Weights.Select(other => other.Key == weight.Key ? weight with { FractionBits = weight.FractionBits - 1 } : other)]);
    }

    [Fact]
    public void RefusesWhatCannotBeChosenFrom()
    {
        using var scope = NewDisposeScope();
        using var model = HandLine();
        foreach (var tolerance in new[] { double.NaN, -0.1, double.PositiveInfinity })
            Assert.Throws<ArgumentOutOfRangeException>(() => model.ChooseBits(new Line(), HandData(), tolerance, evaluation: Squares));
        var empty = new List<(Tensor, Tensor)>();
        Assert.Contains(
            "empty", Assert.Throws<ArgumentException>(() => model.ChooseBits(new Line(), empty, 1, evaluation: Squares)).Message);
        Assert.Throws<StateMismatchException>(() => model.ChooseBits(new MixedClassifier(), HandData(), 1, evaluation: Squares));
        Assert.Throws<OperationCanceledException>(
            () => model.ChooseBits(new Line(), HandData(), 1, null, Squares, new CancellationToken(canceled: true)));
        using (model.Draw())
            Assert.Throws<InvalidOperationException>(() => model.ChooseBits(new Line(), HandData(), 1, evaluation: Squares));
        List<(Tensor, Tensor)> wrong = [(eye(2), tensor(new[] { float.NaN, 0f }, [2, 1], ScalarType.Float32, CPU))];
        Assert.Contains(
            "Without rounding",
            Assert.Throws<InvalidOperationException>(() => model.ChooseBits(new Line(), wrong, 1, evaluation: Squares)).Message);
        using var digits = SyntheticDigits.Create(20, 1);
        using var reader = Trained();
        Assert.Contains(
            "0.003 for 0.3 percent",
            Assert.Throws<ArgumentOutOfRangeException>(() => reader.ChooseBits(new SparseReader(), digits, 1)).Message);
    }

    private static BayesianLine HandLine()
    {
        var model = new BayesianLine(new Line());
        using var _ = no_grad();
        model.Posterior.Line.Weight.Mu.copy_(tensor(new[] { 1f, -0.5f }, [1, 2], ScalarType.Float32, CPU));
        model.Posterior.Line.Weight.LogSigma.copy_(tensor(new[] { 0f, -1f }, [1, 2], ScalarType.Float32, CPU));
        model.UseMean();
        return model;
    }

    /// <summary>What the line answers to the two unit vectors.</summary>
    private static List<(Tensor, Tensor)> HandData() => [(eye(2), tensor(new[] { 1f, -0.5f }, [2, 1], ScalarType.Float32, CPU))];

    private static BayesianSparseReader Trained()
    {
        random.manual_seed(5);
        using var data = SyntheticDigits.Create(300, 5);
        var model = new BayesianSparseReader(new SparseReader());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 6, BatchSize = 50, LearningRate = 1e-2, Seed = 5 });
        trainer.Train(data);
        return model;
    }
}
