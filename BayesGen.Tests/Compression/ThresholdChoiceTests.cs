using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>The highest threshold that costs no more than is allowed, chosen without changing the network.</summary>
public class ThresholdChoiceTests
{
    private static readonly ThresholdOptions Squares = new() { Evaluation = new() { FitLoss = FitLoss.SquaredError } };

    /// <summary>Scores 0 and 0.307: without the first weight the squared error is 1/2 a example.</summary>
    [Theory]
    [InlineData(0.5, 0.1, 0.5)]
    [InlineData(0.49, 0.0, 0.0)]
    [InlineData(0, 0.0, 0.0)]
    public void TheHighestCandidateWithinTheToleranceIsChosen(double tolerance, double threshold, double figure)
    {
        using var scope = NewDisposeScope();
        using var model = HandLine();
        var choice = model.ChooseThreshold(HandData(), tolerance, Squares with { Candidates = [-1, 0, 0.1, 1] });
        Assert.Equal(threshold, choice.Threshold);
        Assert.Equal((0.0, figure, "squared error"), (choice.Unpruned, choice.Figure, choice.FigureName));
        Assert.Equal(threshold == 0 ? 1 : 0.5, choice.KeptPart);
        Assert.Equal(choice.KeptPart, (double)model.PruneStatistics(choice.Thresholds).Kept / 2);

        // 1 leaves no weight and is not tried; where 0.1 is within the tolerance nothing lower is.
        var curve = choice.Families.Single().Curve;
        Assert.Equal(threshold == 0 ? [0, 0.1] : [0.1], curve.Select(point => point.Threshold));
        Assert.Equal(new ThresholdPoint(0.1, 0.5, 0.5, tolerance >= 0.5), curve[^1]);
        Assert.Equal(2, choice.Evaluations - (threshold == 0 ? 1 : 0));
        Assert.Contains(threshold == 0 ? "0.1 would cost 0.5" : "1 would leave 'line.weight' without a weight", choice.Reason);
    }

    [Theory]
    [InlineData(10, 0.3, 0.307)]
    [InlineData(0.1, 0, 0)]
    public void AGridLiesBetweenTheScores(double tolerance, double least, double most)
    {
        using var scope = NewDisposeScope();
        using var model = HandLine();
        var choice = model.ChooseThreshold(HandData(), tolerance, Squares);
        Assert.InRange(choice.Threshold, least, most);
        Assert.All(choice.Families[0].Curve, point => Assert.InRange(point.Threshold, -0.1, 0.307));
        // What keeps the same weights is not evaluated twice.
        Assert.InRange(choice.Evaluations, 2, 3);
    }

    /// <summary>A mean of zero has the score minus infinity, which no finite threshold keeps.</summary>
    [Fact]
    public void WhatPrunesNothingKeepsAMeanOfZeroToo()
    {
        using var scope = NewDisposeScope();
        using var model = HandLine();
        using (no_grad())
            model.Posterior.Line.Weight.Mu[0, 1] = 0;
        model.Arena.AdoptState();
        var choice = model.ChooseThreshold(HandData(), 0, Squares with { Candidates = [1] });
        Assert.Equal(2, model.PruneStatistics(choice.Thresholds).Kept);
        Assert.Contains("-Infinity prunes nothing", choice.Reason);
    }

    [Fact]
    public void EveryCandidateThatIsTriedCostsWhatAnEvaluationSays()
    {
        using var data = SyntheticDigits.Create(120, 4);
        using var model = Trained(5);
        using var trainer = model.CreateTrainer(new TrainerOptions { ElboSamples = 0 });
        double[] candidates = [.. Enumerable.Range(-32, 50).Select(step => step / 4.0)];
        var choice = model.ChooseThreshold(data, 0.04, new() { Candidates = candidates });
        var unpruned = trainer.Evaluate(data).Accuracy;
        Assert.Equal(unpruned, choice.Unpruned, 1e-12);
        var expected = candidates.Where(candidate =>
            model.PruneStatistics(candidate).Weights.All(
                weight => weight.Kept > 0 || !weight.Key.EndsWith("weight", StringComparison.Ordinal))
            && trainer.Evaluate(data, candidate).Accuracy >= unpruned - 0.04 - 1e-12).Max();
        Assert.Equal(expected, choice.Threshold);
        Assert.All(choice.Families[0].Curve, point => Assert.Equal(trainer.Evaluate(data, point.Threshold).Accuracy, point.Figure, 1e-12));
        Assert.Equal(trainer.Evaluate(data, choice.Thresholds).Accuracy, choice.Figure, 1e-12);
        Assert.InRange(choice.KeptPart, 0.001, 0.999);
    }

    [Fact]
    public void FamiliesShareTheTolerance()
    {
        random.manual_seed(4);
        using var data = SyntheticDigits.Create(120, 4);
        using var model = StateFileTests.Trained(5);
        var choice = model.ChooseThreshold(data, 0.1);
        Assert.Equal(["LogUniform", "Gaussian"], choice.Families.Select(family => family.Family));
        Assert.Equal(model.Evaluate(data, threshold: choice.Thresholds).Accuracy, choice.Figure, 1e-12);
        Assert.InRange(choice.Unpruned - choice.Figure, -1, 0.1 + 1e-12);
        Assert.All(
            choice.Families,
            family => Assert.Contains(family.Curve, point => point.Threshold == family.Threshold && point.IsWithin));
        var first = choice.Families[0].Curve.Single(point => point.Threshold == choice.Families[0].Threshold);
        Assert.InRange(choice.Unpruned - first.Figure, -1, 0.05 + 1e-12);
        Assert.Contains("several families", Assert.Throws<InvalidOperationException>(() => choice.Threshold).Message);
        Assert.Equal(choice.KeptPart, (double)model.Prune(choice.Thresholds).Kept / model.PruneStatistics().BayesianWeights, 1e-12);
    }

    [Fact]
    public void SeveralNetworksChooseByTheMeanOfTheirFigures()
    {
        using var data = SyntheticDigits.Create(120, 4);
        using var other = SyntheticDigits.Create(80, 6);
        using var first = Trained(5);
        using var second = Trained(6);
        double[] candidates = [.. Enumerable.Range(-32, 50).Select(step => step / 4.0)];
        var choice = ThresholdSearch.Over(
            [new(first, first.call, data), new(second, second.call, other)], 0.03, new() { Candidates = candidates });
        double Mean(Thresholds? thresholds) =>
            (first.Evaluate(data, threshold: thresholds).Accuracy + second.Evaluate(other, threshold: thresholds).Accuracy) / 2;
        Assert.Equal(Mean(null), choice.Unpruned, 1e-12);
        Assert.All(choice.Families[0].Curve, point => Assert.Equal(Mean(point.Threshold), point.Figure, 1e-12));
        Assert.Equal(choice.Families[0].Curve.Where(point => point.IsWithin).Max(point => point.Threshold), choice.Threshold);
        Assert.True(choice.Unpruned - choice.Figure <= 0.03 + 1e-12);

        var same = ThresholdSearch.Over([first, second], data, 0.03);
        Assert.Equal((first.Evaluate(data).Accuracy + second.Evaluate(data).Accuracy) / 2, same.Unpruned, 1e-12);
    }

    [Fact]
    public void ChoosingLeavesEveryBitAndLeaksNothing()
    {
        random.manual_seed(3);
        using var data = SyntheticDigits.Create(60, 1);
        using var model = StateFileTests.Trained(5);
        model.Prune(new() { [Family.Gaussian] = -1 });
        model.train();
        using var scope = NewDisposeScope();
        List<Tensor> before = [.. All().Select(tensor => tensor.detach().clone())];
        model.ChooseThreshold(data, 0.1);
        Assert.True(model.training);
        Assert.All(before.Zip(All()), pair => Assert.True(TensorBits.Same(pair.First, pair.Second)));

        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        model.ChooseThreshold(data, 0.1);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        IEnumerable<Tensor> All() => model.state_dict().Values.Concat(model.Network.state_dict().Values);
    }

    [Fact]
    public void WhatIsPrunedAlreadyStaysOutOfTheChoice()
    {
        using var scope = NewDisposeScope();
        using var model = HandLine();
        model.Prune(0.1);
        var choice = model.ChooseThreshold(HandData(), 0, Squares);
        Assert.Equal(0.5, choice.Unpruned);
        Assert.Equal(0.5, choice.KeptPart);
        Assert.Equal(1, model.PruneStatistics(choice.Thresholds).Kept);
    }

    [Fact]
    public void EqualScoresLeaveNothingToChoose()
    {
        using var scope = NewDisposeScope();
        using var model = HandLine();
        using (no_grad())
        {
            model.Posterior.Line.Weight.Mu.fill_(1);
            model.Posterior.Line.Weight.LogSigma.fill_(0);
        }

        var choice = model.ChooseThreshold(HandData(), 1, Squares);
        Assert.Contains("its scores are all 0", choice.Reason);
        Assert.Equal((1.0, 0.0), (choice.KeptPart, choice.Threshold));
        Assert.Equal(2, model.PruneStatistics(choice.Thresholds).Kept);
    }

    [Fact]
    public void NothingIsPrunedWhereEveryThresholdCostsTooMuch()
    {
        using var scope = NewDisposeScope();
        using var model = HandLine();
        var choice = model.ChooseThreshold(HandData(), 0.1, Squares with { Candidates = [0.1, 0.2] });
        Assert.Contains("none of 2 thresholds", choice.Reason);
        Assert.Equal((1.0, 0.0), (choice.KeptPart, choice.Figure));
        Assert.Equal(2, model.PruneStatistics(choice.Thresholds).Kept);
    }

    [Fact]
    public void RefusesWhatCannotBeChosenFrom()
    {
        using var scope = NewDisposeScope();
        using var model = HandLine();
        var data = HandData();
        foreach (var tolerance in new[] { double.NaN, -0.1, double.PositiveInfinity })
            Assert.Throws<ArgumentOutOfRangeException>(() => model.ChooseThreshold(data, tolerance, Squares));
        Assert.Throws<ArgumentException>(() => model.ChooseThreshold(data, 1, Squares with { Candidates = [] }));
        Assert.Throws<ArgumentException>(() => model.ChooseThreshold(data, 1, Squares with { Candidates = [double.NaN] }));
        Assert.ThrowsAny<ArgumentException>(() => model.ChooseThreshold(data, 1, Squares with { Score = (PruningScore)9 }));
        Assert.Contains("no network", Assert.Throws<ArgumentException>(() => ThresholdSearch.Over([], 1)).Message);
        var empty = new List<(Tensor, Tensor)>();
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => model.ChooseThreshold(empty, 1, Squares)).Message);

        // Targets that are no classes, under the cross entropy that is the default.
        Assert.Contains("cross entropy", Assert.Throws<InvalidOperationException>(() => model.ChooseThreshold(data, 1)).Message);
        using (model.Draw())
            Assert.Contains("choose a threshold", Invalid());
        Assert.Throws<OperationCanceledException>(
            () => model.ChooseThreshold(data, 1, Squares, new CancellationToken(canceled: true)));
        using (no_grad())
            model.Posterior.Line.Weight.LogSigma.fill_(double.NaN);
        Assert.Contains("'line.weight' is NaN", Invalid());
        using (no_grad())
            model.Posterior.Line.Weight.Mu.fill_(double.NaN);
        Assert.Contains("Without pruning", Invalid());

        string Invalid() => Assert.Throws<InvalidOperationException>(() => model.ChooseThreshold(data, 1, Squares)).Message;
    }

    [Fact]
    public void RefusesAToleranceThatIsNoPartOfAnAccuracy()
    {
        using var data = SyntheticDigits.Create(20, 1);
        using var model = Trained(5);
        Assert.Contains("0.003 for 0.3 percent", Assert.Throws<ArgumentOutOfRangeException>(() => model.ChooseThreshold(data, 1)).Message);
        using var other = new BayesianLine(new Line());
        var mixed = Assert.Throws<ArgumentException>(
            () => ThresholdSearch.Over([new(model, model.call, data), new(other, other.call, data)], 0.1)).Message;
        Assert.Contains("SparseDropout; Gaussian", mixed);
    }

    private static BayesianLine HandLine()
    {
        var model = new BayesianLine(new Line());
        using var _ = no_grad();
        model.Posterior.Line.Weight.Mu.copy_(tensor(new[] { 1f, -0.5f }, [1, 2]));
        model.Posterior.Line.Weight.LogSigma.copy_(tensor(new[] { 0f, -1f }, [1, 2]));
        model.UseMean();
        return model;
    }

    /// <summary>What the line answers to the two unit vectors.</summary>
    private static List<(Tensor, Tensor)> HandData() => [(eye(2), tensor(new[] { 1f, -0.5f }, [2, 1]))];

    private static BayesianSparseReader Trained(int seed)
    {
        random.manual_seed(seed);
        using var data = SyntheticDigits.Create(300, seed);
        var model = new BayesianSparseReader(new SparseReader());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 6, BatchSize = 50, LearningRate = 1e-2, Seed = seed });
        trainer.Train(data);
        return model;
    }
}
