using BayesGen.Data;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>A predictor answers like the model it came from, whatever becomes of the model, and from any thread.</summary>
public sealed class PredictorTests
{
    [Fact]
    public void APredictorAnswersLikeTheModelAndOutlivesIt()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(11, 2);
        var model = StateFileTests.Trained(1);
        var expected = model.Predict(data.Inputs, samples: 4, new PredictionOptions { Seed = 7, KeepOutputs = true });
        using var predictor = model.CreatePredictor(() => new MixedClassifier(), samples: 4, seed: 7);
        Assert.Equal(4, predictor.Samples);
        using (no_grad())
            foreach (var tensor in model.state_dict().Values.Where(tensor => tensor.is_floating_point()))
                tensor.zero_();
        model.Arena.AdoptState();
        model.Dispose();

        foreach (var batch in new[] { 256, 3 })
        {
            var answer = predictor.Predict(data.Inputs, batch, keepOutputs: true);
            Rounding.AssertSame(expected.Probabilities, answer.Probabilities);
            for (var i = 0; i < 11; i++)
            {
                Assert.Equal(expected.Entropy[i], answer.Entropy[i], 1e-5);
                Assert.Equal(expected.Outputs![2][i][3], answer.Outputs![2][i][3], 1e-5);
            }
        }
    }

    [Fact]
    public void APredictorPredictsRegressions()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        using var model = new BayesianNoiseOfEachInput(new NoiseOfEachInput());
        var x = randn(5, 3, dtype: ScalarType.Float32, device: CPU);
        using var predictor = model.CreatePredictor(() => new NoiseOfEachInput(), samples: 6);
        var (expected, answer) = (model.Predict(x, GaussianNoise.Learned, samples: 6), predictor.Predict(x, GaussianNoise.Learned));
        Assert.Equal((5, 2, 6), (answer.Count, answer.Outputs, answer.Samples));
        Rounding.AssertSame(expected.Mean, answer.Mean);
        Rounding.AssertSame(expected.Variance, answer.Variance);
        Rounding.AssertSame(expected.CentralInterval().Upper, answer.CentralInterval().Upper);
    }

    [Fact]
    public void ManyThreadsGetTheAnswersOfOne()
    {
        const int Threads = 8, Calls = 15;
        random.manual_seed(3);
        using var model = new BayesianRemembering(new Remembering());
        model.train();
        using var predictor = model.CreatePredictor(() => new Remembering(), samples: 5);
        using var questions = randn(Threads, 4, 3, dtype: ScalarType.Float32, device: CPU);
        List<ClassPrediction> expected = [.. Enumerable.Range(0, Threads).Select(Ask)];
        var answers = new ClassPrediction[Threads, Calls];
        var left = new long[Threads];
        var failures = new Exception?[Threads];
        using var start = new Barrier(Threads);
        List<Thread> threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            try
            {
                start.SignalAndWait();
                var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
                for (var call = 0; call < Calls; call++)
                    answers[number, call] = Ask(number);
                left[number] = DisposeScopeManager.Statistics.ThreadTotalLiveCount - before;
                Assert.True(is_grad_enabled(), "the call switched gradients off for its thread");
            }
            catch (Exception exception)
            {
                failures[number] = exception;
            }
        }))];
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.All(failures, Assert.Null);
        Assert.All(left, count => Assert.Equal(0, count));
        for (var number = 0; number < Threads; number++)
            for (var call = 0; call < Calls; call++)
                Assert.Equal(expected[number].Probabilities, answers[number, call].Probabilities);

        ClassPrediction Ask(int number)
        {
            using var question = questions[number];
            return predictor.Predict(question);
        }
    }

    [Fact]
    public void ThresholdsPruneThePredictorAndNotTheModel()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        // Of a mean of zero the score is less than any threshold, so the first weight is pruned and the second is not.
        using (no_grad())
            model.Posterior.Line.Weight.Mu[0, 0] = 0;
        var x = tensor(new[] { 1f, 0f }, [1, 2]);
        using var predictor = model.CreatePredictor(() => new Line(), samples: 3, thresholds: -1000);
        Assert.Equal([0, 0, 0], predictor.Predict(x, GaussianNoise.Fixed(1)).MeansOfSamples(0));
        Assert.Equal(2, model.PruneStatistics().Kept);
    }

    [Fact]
    public void RefusesMisuse()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        using var only = new Line();
        Assert.Contains("new one", Assert.Throws<ArgumentException>(() => model.CreatePredictor(() => only, samples: 2)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.CreatePredictor(() => new Line(), samples: 0));
        Assert.Throws<StateMismatchException>(() => model.CreatePredictor(() => new GaussianRegressor(), samples: 1));
        var predictor = model.CreatePredictor(() => new Line(), samples: 2);
        using var x = ones(1, 2, dtype: ScalarType.Float32, device: CPU);
        Assert.Throws<ArgumentException>(
            () => predictor.Predict(ones(1, 9, dtype: ScalarType.Float32, device: CPU), GaussianNoise.Fixed(1)));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => predictor.Predict(x, GaussianNoise.Fixed(1), cancellation: stop.Token));
        predictor.Dispose();
        predictor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => predictor.Predict(x, GaussianNoise.Fixed(1)));
    }
}
