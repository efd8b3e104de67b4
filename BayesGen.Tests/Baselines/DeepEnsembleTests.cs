namespace BayesGen.Tests.Baselines;

/// <summary>Ensembles: what they pool, whom they take, and what is kept of them.</summary>
public sealed class DeepEnsembleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-ensemble").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void PoolsWhatTheMembersAnswer()
    {
        using var scope = NewDisposeScope();
        LaplaceLine[] members = [new(3, 2), new(3, 2), new(3, 2)];
        using var ensemble = new DeepEnsemble(members);
        var x = randn(7, 3);
        var options = new PredictionOptions { BatchSize = 2 };

        var numbers = ensemble.Predict(x, GaussianNoise.Fixed(0.5), options: options);
        var expected = RegressionPrediction.Of(GaussianNoise.Fixed(0.5), [.. members.Select(member => member.call(x))]);
        Assert.Equal((3, 7, 2), (numbers.Samples, numbers.Count, numbers.Outputs));
        Rounding.AssertSame(expected.Mean, numbers.Mean);
        Rounding.AssertSame(expected.EpistemicVariance, numbers.EpistemicVariance);

        var classes = ensemble.Predict(x, options: options);
        Rounding.AssertSame(ClassPrediction.Of([.. members.Select(member => member.call(x))]).Probabilities, classes.Probabilities);
        Assert.True(classes.MutualInformation.Max() > 0);
        using var data = new TensorDataSet(x.clone(), zeros(7, dtype: ScalarType.Int64));
        Assert.Equal(classes.Classes.Count(c => c == 0) / 7.0, ensemble.EvaluatePredictions(data).Accuracy, 1e-12);
    }

    /// <summary>By hand: means 1 and 3 with variance 1 are a mixture of mean 2 and variance 1 + 1.</summary>
    [Fact]
    public void TwoComponentsHaveTheMomentsOfTheirMixture()
    {
        using var scope = NewDisposeScope();
        var prediction = RegressionPrediction.Of(GaussianNoise.Fixed(1), tensor(new[] { 1.0 }), tensor(new[] { 3.0 }));
        Assert.Equal((2.0, 1.0, 1.0, 2.0), (prediction.Mean[0][0], prediction.EpistemicVariance[0][0], prediction.AleatoricVariance[0][0],
            prediction.Variance[0][0]));
        var density = 0.5 * (Math.Exp(-0.5) + Math.Exp(-0.5)) / Math.Sqrt(2 * Math.PI);
        Assert.Equal(Math.Log(density), prediction.LogDensity([[2.0]])[0], 1e-12);
        var message = Assert.Throws<ArgumentException>(() => RegressionPrediction.Of(
            GaussianNoise.Fixed(1), tensor(new[] { 1.0 }), tensor(new[] { 1.0, 2 }))).Message;
        Assert.Contains("[1], [2]", message);
        Assert.Throws<InvalidOperationException>(() => RegressionPrediction.Of(GaussianNoise.Fixed(1), tensor(new[] { double.NaN })));
    }

    [Fact]
    public void MembersOfAnotherKindAreRefusedByNumber()
    {
        using var scope = NewDisposeScope();
        var line = new LaplaceLine(3, 2);
        Assert.Contains("Member 2 is a LaplaceCurve", Refusal(line, new LaplaceCurve(3, 4, 2)));
        Assert.Contains(
            "'line.weight' has shape [2, 4] in member 3, and [2, 3] in member 1",
            Refusal(line, new LaplaceLine(3, 2), new LaplaceLine(4, 2)));
        Assert.Contains("'line.bias'", Refusal(line, new LaplaceLine(3, 2, hasBias: false)));
        Assert.Contains("each network once", Refusal(line, line));
        Assert.Contains("at least two", Refusal(line));

        static string Refusal(LaplaceLine first, params nn.Module<Tensor, Tensor>[] others) =>
            Assert.Throws<ArgumentException>(() => new DeepEnsemble([first, .. others])).Message;
    }

    [Fact]
    public void TheSeedMakesTheEnsembleAndLeavesTorchAlone()
    {
        using var scope = NewDisposeScope();
        using var data = Points();
        var x = randn(5, 3);
        random.manual_seed(3);
        var next = rand(1).item<float>();
        random.manual_seed(3);
        using var one = Train(data);
        Assert.Equal(next, rand(1).item<float>());
        using var same = Train(data);
        var (first, second) = (one.Predict(x, GaussianNoise.Fixed(1)), same.Predict(x, GaussianNoise.Fixed(1)));
        Assert.Equal(first.Mean.SelectMany(row => row), second.Mean.SelectMany(row => row));
        Assert.True(first.EpistemicVariance.Min(row => row[0]) > 0, "members are alike");
        Assert.Equal(3, one.Trainings.Count);
    }

    [Fact]
    public void MembersOfALargerEnsembleThatWasSavedBeforeAreNotLoaded()
    {
        using var scope = NewDisposeScope();
        using var three = new DeepEnsemble(Member(), Member(), Member());
        using var two = new DeepEnsemble(Member(), Member());
        three.Save(_folder);
        two.Save(_folder);
        using var loaded = DeepEnsemble.Load(_folder, Member);
        Assert.Equal(2, loaded.Members.Count);
        var x = randn(2, 3);
        Assert.Equal(two.Predict(x, GaussianNoise.Fixed(1)).MeansOfSamples(1), loaded.Predict(x, GaussianNoise.Fixed(1)).MeansOfSamples(1));

        static DeterministicModel<LaplaceCurve> Member() => new(new LaplaceCurve(3, 4, 1));
    }

    /// <summary>It said that there is no ensemble at all, and passed over the members behind a gap.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AMissingMemberIsNamed(int missing)
    {
        using var scope = NewDisposeScope();
        using var ensemble = new DeepEnsemble(Member(), Member(), Member(), Member());
        ensemble.Save(_folder);
        File.Delete(Path.Combine(_folder, $"member-{missing}.safetensors"));
        var exception = Assert.Throws<FileNotFoundException>(() => DeepEnsemble.Load(_folder, Member));
        Assert.Contains($"'member-{missing}.safetensors' is missing in '{_folder}'", exception.Message);
        Assert.Equal(Path.Combine(_folder, $"member-{missing}.safetensors"), exception.FileName);

        using var two = new DeepEnsemble(Member(), Member());
        two.Save(_folder);
        using var loaded = DeepEnsemble.Load(_folder, Member);
        Assert.Equal(2, loaded.Members.Count);
        File.Delete(Path.Combine(_folder, "member-2.safetensors"));
        Assert.Contains(
            "'member-2.safetensors' is missing",
            Assert.Throws<FileNotFoundException>(() => DeepEnsemble.Load(_folder, Member)).Message);

        static DeterministicModel<LaplaceLine> Member() => new(new LaplaceLine(3, 2));
    }

    [Fact]
    public void SavedAndLoadedItAnswersTheSame()
    {
        using var scope = NewDisposeScope();
        using var data = Points();
        using var ensemble = Train(data);
        ensemble.Save(_folder);
        using var loaded = DeepEnsemble.Load(_folder, () => new DeterministicModel<LaplaceCurve>(new LaplaceCurve(3, 4, 1)));
        var x = randn(5, 3);
        Assert.Equal(
            ensemble.Predict(x, GaussianNoise.Fixed(1)).MeansOfSamples(2), loaded.Predict(x, GaussianNoise.Fixed(1)).MeansOfSamples(2));
        Assert.Throws<FileNotFoundException>(() => DeepEnsemble.Load(
            Path.Combine(_folder, "nowhere"), () => new DeterministicModel<LaplaceCurve>(new LaplaceCurve(3, 4, 1))));
        using var plain = new DeepEnsemble(new LaplaceLine(3, 2), new LaplaceLine(3, 2));
        Assert.Contains("DeterministicModel", Assert.Throws<NotSupportedException>(() => plain.Save(_folder)).Message);
    }

    [Fact]
    public void MembersWithFinishedCheckpointsAreNotTrainedAgain()
    {
        using var scope = NewDisposeScope();
        using var data = Points();
        var options = Options with { Checkpoints = new() { Folder = _folder } };
        using var ensemble = DeepEnsemble.Train(() => new LaplaceCurve(3, 4, 1), data, options, members: 2);
        Assert.All(ensemble.Trainings, training => Assert.Equal(3, training.Epochs.Count));
        using var again = DeepEnsemble.Train(() => new LaplaceCurve(3, 4, 1), data, options, members: 3);
        Assert.Equal([0, 0, 3], again.Trainings.Select(training => training.Epochs.Count));
        var x = randn(5, 3);
        Assert.Equal(
            ensemble.Predict(x, GaussianNoise.Fixed(1)).MeansOfSamples(0),
            again.Predict(x, GaussianNoise.Fixed(1)).MeansOfSamples(0).Take(2));
    }

    [Fact]
    public void BayesianMembersAnswerUnderSamplesAndStayAsTheyAre()
    {
        using var scope = NewDisposeScope();
        using var data = Points();
        using var ensemble = DeepEnsemble.Train(
            () => new BayesianLaplaceCurve(new LaplaceCurve(3, 4, 1)), (model, own) => model.CreateTrainer(own), data, Options, members: 2);
        var x = randn(5, 3);
        var before = ensemble.Members.Select(member => member.call(x)).ToList();
        var prediction = ensemble.Predict(x, GaussianNoise.Fixed(1), samples: 4, new PredictionOptions { BatchSize = 2 });
        Assert.Equal(8, prediction.Samples);
        Assert.Equal(8, prediction.MeansOfSamples(3).Distinct().Count());
        Rounding.AssertSame(
            ensemble.Predict(x, GaussianNoise.Fixed(1), samples: 4).Mean, prediction.Mean);
        Assert.All(before.Zip(ensemble.Members), pair => Assert.True(TensorBits.Same(pair.First, pair.Second.call(x))));
    }

    [Fact]
    public void APredictionLeavesNoTensorBehind()
    {
        using var ensemble = new DeepEnsemble(new LaplaceLine(3, 2), new LaplaceLine(3, 2));
        using var x = randn(7, 3);
        ensemble.Predict(x);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++)
            ensemble.Predict(x);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static TrainerOptions Options => new()
    {
        Epochs = 3, BatchSize = 10, FitLoss = FitLoss.Gaussian(1), ElboSamples = 0, Seed = 5,
    };

    private static DeepEnsemble Train(TensorDataSet data) => DeepEnsemble.Train(() => new LaplaceCurve(3, 4, 1), data, Options, members: 3);

    private static TensorDataSet Points()
    {
        using var scope = NewDisposeScope();
        return new TensorDataSet(randn(40, 3), randn(40, 1));
    }
}
