using BayesGen.Data;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>One word for training, evaluation and prediction: trained, saved, loaded and asked again.</summary>
public sealed class LikelihoodTrainingTests
{
    [Fact]
    [Trait("Lane", "Slow")]
    public void OneLogitIsTrainedEvaluatedAndPredicted()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new BayesianTabular(new Tabular(2, 1));
        using var train = Rings(1_200, seed: 1);
        using var test = Rings(400, seed: 2);
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Likelihood = Likelihood.Bernoulli(), Epochs = 100, BatchSize = 50, LearningRate = 2e-2, Samples = 4, Antithetic = true,
            Seed = 1,
        });
        var result = trainer.Train(train, test);
        var accuracy = result.Epochs[^1].Validation!.Accuracy;
        // The most frequent answer alone is right in 61 %.
        Assert.True(accuracy > 0.93, $"{accuracy}");
        Assert.Equal(accuracy, model.Evaluate(test).Accuracy);
        Assert.Equal(Likelihood.Bernoulli(), model.KnownLikelihood());

        var prediction = model.Predict(test.Inputs);
        Assert.Equal(2, prediction.Probabilities[0].Length);
        Assert.All(prediction.MutualInformation, information => Assert.InRange(information, 0, Math.Log(2)));
        var evaluation = model.EvaluatePredictions(test);
        Assert.True(evaluation.Accuracy > 0.93 && evaluation.Auroc > 0.94 && evaluation.NegativeLogLikelihood < 0.4, $"{evaluation}");
        Assert.Equal(evaluation.Confusion!.F1(1), evaluation.F1);
        using var predictor = model.CreatePredictor(() => new Tabular(2, 1));
        Rounding.AssertSame(prediction.Entropy, predictor.Predict(test.Inputs).Entropy);

        var folder = Directory.CreateTempSubdirectory("bayesgen-likelihood");
        var path = Path.Combine(folder.FullName, "rings.safetensors");
        model.Save(path);
        using var loaded = new BayesianTabular(new Tabular(2, 1));
        Assert.Null(loaded.KnownLikelihood());
        Assert.Contains("Likelihood.Bernoulli()", Assert.Throws<InvalidOperationException>(() => loaded.Predict(test.Inputs)).Message);
        loaded.Load(path);
        folder.Delete(recursive: true);
        Assert.Equal(prediction.Entropy, loaded.Predict(test.Inputs).Entropy);
        Assert.Contains("PredictRegression", Message(() => loaded.UseLikelihood(Likelihood.Poisson), () => loaded.Predict(test.Inputs)));
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public void CountsAreTrainedAndTheirRatesRecovered()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        using var model = new BayesianTabular(new Tabular(1, 1));
        using var train = Counts(1_500, seed: 1);
        using var test = Counts(500, seed: 2);
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Likelihood = Likelihood.Poisson, Epochs = 100, BatchSize = 50, LearningRate = 2e-2, Samples = 4, Antithetic = true, Seed = 2,
        });
        trainer.Train(train);
        var evaluation = model.EvaluateRegression(test);
        var errors = evaluation.Prediction.Mean.Select((rate, i) => Math.Abs(rate[0] / RateAt(test.Inputs[i, 0].item<float>()) - 1));
        Assert.True(errors.Average() < 0.15, $"{errors.Average()}");
        Assert.InRange(evaluation.Intervals.Single(interval => interval.Level == 0.9).Coverage, 0.87, 0.99);
        Assert.Contains(
            "Predict(x)", Message(() => model.UseLikelihood(Likelihood.Bernoulli()), () => model.PredictRegression(test.Inputs)));
        Assert.Contains("Nobody has said", Message(() => model.UseLikelihood(null), () => model.PredictRegression(test.Inputs)));
    }

    /// <summary>One target in twenty is 20 off: a Gaussian fit follows them, Student's t does not.</summary>
    [Fact]
    [Trait("Lane", "Slow")]
    public void HeavyTailsKeepOutliersFromTheFit()
    {
        using var scope = NewDisposeScope();
        Assert.True(3 * ErrorUnder(Likelihood.StudentT(3)) < ErrorUnder(Likelihood.Gaussian(0.3)));

        double ErrorUnder(Likelihood likelihood)
        {
            random.manual_seed(3);
            var noise = new Random(3);
            using var model = new BayesianTabular(new Tabular(1, likelihood.ToString().Contains("learned") ? 2 : 1));
            var x = linspace(-2, 2, 400, dtype: ScalarType.Float32, device: CPU).unsqueeze(1);
            var truth = x.sin();
            var y = truth + 0.1 * randn_like(x) + tensor(
                [.. Enumerable.Range(0, 400).Select(_ => noise.Next(20) == 0 ? 20f : 0)], [400, 1], device: CPU);
            using var data = new TensorDataSet(x, y);
            using var trainer = model.CreateTrainer(new TrainerOptions { Likelihood = likelihood, Epochs = 100, BatchSize = 50, Seed = 3 });
            trainer.Train(data);
            var means = model.PredictRegression(x).Mean;
            return Math.Sqrt(means.Select((mean, i) => Math.Pow(mean[0] - truth[i, 0].item<float>(), 2)).Average());
        }
    }

    /// <summary>Who has yes and no, and says no likelihood, was sent to numbers, or to the number of targets.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(4, true)]
    [InlineData(4, false)]
    public void YesAndNoWithoutALikelihoodNameBernoulli(int questions, bool areFloats)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(2, questions));
        var y = (arange(8 * questions) % 3).ge(1).to(areFloats ? ScalarType.Float32 : ScalarType.Int64).reshape(8, questions);
        using var data = new TensorDataSet(randn(8, 2), y);
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1 });
        Assert.Contains("Likelihood.Bernoulli()", Assert.ThrowsAny<Exception>(() => trainer.Train(data)).Message);
    }

    [Theory]
    [InlineData("classes", "The target of example 3 is -1")]
    [InlineData("too many classes", "The target of example 2 is class 7, and the network gives logits of 3 classes")]
    [InlineData("yes", "The target of example 1 is 2")]
    [InlineData("counts", "The target of example 0 is 1.5")]
    [InlineData("negative", "The target of example 2, place [0], is -3")]
    [InlineData("nan", "The target of example 1 is NaN")]
    public void BadTargetsAreNamedBeforeAStepIsTaken(string kind, string words)
    {
        using var scope = NewDisposeScope();
        var (likelihood, targets) = kind switch
        {
            "classes" => ((Likelihood)Likelihood.Categorical(), Whole(0, 1, 2, -1)),
            "too many classes" => (Likelihood.Categorical(), Whole(0, 1, 7, -100)),
            "yes" => (Likelihood.Bernoulli(), Whole(0, 2, 1, -100)),
            "counts" => (Likelihood.Poisson, Numbers(1.5f, 2, 3, 4)),
            "negative" => (Likelihood.Poisson, Whole(1, 2, -3, 4).unsqueeze(1)),
            _ => (Likelihood.Gaussian(1), Numbers(1, float.NaN, 2, 3)),
        };
        using var model = new BayesianTabular(new Tabular(2, likelihood is ClassLikelihood && kind != "yes" ? 3 : 1));
        using var data = new TensorDataSet(zeros(4, 2, dtype: ScalarType.Float32, device: CPU), targets);
        var steps = 0;
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Likelihood = likelihood, Epochs = 1, Shuffle = false, Hooks = [(_, _) => steps++],
        });
        var error = Assert.ThrowsAny<Exception>(() => trainer.Train(data));
        Assert.Contains(words, error.Message);
        Assert.Equal(0, steps);
        // From a sequence the row is that of its batch.
        var batches = new List<(Tensor, Tensor)> { (data.Inputs, data.Targets) };
        Assert.ThrowsAny<Exception>(() => trainer.Train(BatchSource.From(batches, 4)));
        Assert.ThrowsAny<Exception>(() => trainer.Evaluate(data));

        static Tensor Whole(params long[] numbers) => tensor(numbers, [numbers.Length], device: CPU);

        static Tensor Numbers(params float[] numbers) => tensor(numbers, [numbers.Length], device: CPU);
    }

    [Fact]
    public void OptionsSayOneOfTheTwo()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(2, 1));
        var both = new TrainerOptions { Likelihood = Likelihood.Bernoulli(), FitLoss = FitLoss.CrossEntropy };
        Assert.Contains("leave FitLoss out", Assert.Throws<ArgumentException>(() => model.CreateTrainer(both)).Message);
        Assert.Throws<ArgumentException>(() => new EvaluationOptionsCheck(model).Run());
        Assert.Equal(FitLoss.CrossEntropy, new TrainerOptions().FitLoss);
        Assert.Equal("Bernoulli", new TrainerOptions { Likelihood = Likelihood.Bernoulli() }.FitLoss.Name);
    }

    /// <summary>What was trained by a fit loss alone is known all the same, and what is no likelihood is forgotten.</summary>
    [Fact]
    public void ATrainingNotesWhatItsFitLossMeans()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        using var model = new BayesianTabular(new Tabular(1, 1));
        using var data = new TensorDataSet(
            randn(20, 1, dtype: ScalarType.Float32, device: CPU), randn(20, 1, dtype: ScalarType.Float32, device: CPU));
        using (var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.Gaussian(0.4), Epochs = 1 }))
            trainer.Train(data);
        Assert.Equal(0.16, model.PredictRegression(data.Inputs, 2).AleatoricVariance[0][0], 1e-12);
        // Without a word the next trainer takes it, and so does an evaluation.
        using (var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1 }))
            Assert.Equal(Likelihood.Gaussian(0.4), trainer.Options.Likelihood);
        var fit = model.Evaluate(data).Fit;
        Assert.Equal(model.Evaluate(data, new() { FitLoss = FitLoss.Gaussian(0.4) }).Fit, fit);
        using (var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError, Epochs = 1 }))
            trainer.Train(data);
        Assert.Null(model.KnownLikelihood());
    }

    /// <summary>The draws of one logit, or of a mean and a variance, are no logits of classes.</summary>
    [Fact]
    public void AnExportOfDrawsKnowsWhatTheyAre()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(1, 2));
        model.eval();
        var x = zeros(1, 1, dtype: ScalarType.Float32, device: CPU);
        model.UseLikelihood(Likelihood.Bernoulli());
        Assert.Contains("'Bernoulli'", Assert.Throws<NotSupportedException>(() => Written(2)).Message);
        Assert.NotEmpty(Written(0));
        model.UseLikelihood(Likelihood.Categorical());
        Assert.NotEmpty(Written(2));

        string Written(int samples)
        {
            using var text = new StringWriter();
            model.ToCSharp(text, x, new CSharpOptions { Samples = samples });
            return text.ToString();
        }
    }

    [Fact]
    public void ACheckpointCarriesTheLikelihood()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        var folder = Directory.CreateTempSubdirectory("bayesgen-likelihood");
        using var model = new BayesianTabular(new Tabular(1, 1));
        using var data = Counts(20, seed: 3);
        using (var trainer = model.CreateTrainer(new TrainerOptions
        {
            Likelihood = Likelihood.Poisson, Epochs = 1, Checkpoints = new() { Folder = folder.FullName },
        }))
            trainer.Train(data);
        using var other = new BayesianTabular(new Tabular(1, 1));
        other.Load(Directory.GetFiles(folder.FullName, "*.safetensors").First());
        folder.Delete(recursive: true);
        Assert.Equal(Likelihood.Poisson, other.KnownLikelihood());
        Assert.Equal(model.PredictRegression(data.Inputs, 2).Mean[0], other.PredictRegression(data.Inputs, 2).Mean[0]);
    }

    private static string Message(Action first, Action then)
    {
        first();
        return Assert.Throws<InvalidOperationException>(then).Message;
    }

    /// <summary>Inside a circle, or outside of it.</summary>
    private static TensorDataSet Rings(int count, int seed)
    {
        var random = new Random(seed);
        float[] x = [.. Enumerable.Range(0, 2 * count).Select(_ => (float)(4 * random.NextDouble() - 2))];
        float[] y = [.. Enumerable.Range(0, count).Select(i => x[2 * i] * x[2 * i] + x[2 * i + 1] * x[2 * i + 1] < 2 ? 1f : 0)];
        return new TensorDataSet(tensor(x, [count, 2], device: CPU), tensor(y, [count], device: CPU));
    }

    private static double RateAt(double x) => Math.Exp(1 + Math.Sin(2 * x));

    private static TensorDataSet Counts(int count, int seed)
    {
        var random = new Random(seed);
        float[] x = [.. Enumerable.Range(0, count).Select(_ => (float)(4 * random.NextDouble() - 2))];
        long[] y = [.. x.Select(at => Count(RateAt(at)))];
        return new TensorDataSet(tensor(x, [count, 1], device: CPU), tensor(y, [count], device: CPU));

        long Count(double rate)
        {
            var (counted, product, limit) = (-1L, 1.0, Math.Exp(-rate));
            for (; product > limit; counted++)
                product *= random.NextDouble();
            return counted;
        }
    }

    private sealed class EvaluationOptionsCheck(BayesianTabular model)
    {
        public void Run()
        {
            using var data = new TensorDataSet(
                zeros(2, 2, dtype: ScalarType.Float32, device: CPU), zeros(2, dtype: ScalarType.Float32, device: CPU));
            model.Evaluate(data, new EvaluationOptions { Likelihood = Likelihood.Bernoulli(), FitLoss = FitLoss.CrossEntropy });
        }
    }
}
