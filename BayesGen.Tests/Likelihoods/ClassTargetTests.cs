using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>Numbers to learn have the shape of class probabilities: they are refused before anything is trained by them.</summary>
public sealed class ClassTargetTests
{
    private const string Advice = "TrainerOptions.Likelihood = Likelihood.Gaussian(sigma) or Likelihood.LearnedGaussian";

    [Theory]
    [InlineData(new[] { 0.5f, 0.5f, 1.2f, -0.2f, 0f, 1f }, "The target of example 1, place [1], is -0.2")]
    [InlineData(new[] { 0.5f, 0.5f, 0.1f, 0.9f, 3f, 2.5f }, "The sum of the targets of example 2 is 5.5.")]
    [InlineData(new[] { 0.5f, 0.5f, float.NaN, 0.9f, 0f, 1f }, "The target of example 1, place [0], is NaN.")]
    [InlineData(new[] { 0.5f, 0.502f, 0f, 1f, 0f, 1f }, "The sum of the targets of example 0 is 1.00")]
    public void ARegressionWithoutALikelihoodIsRefusedBeforeTheFirstStep(float[] targets, string fault)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(1, 2));
        using var data = new TensorDataSet(zeros(3, 1), tensor(targets, [3, 2]));
        var steps = 0;
        TrainerOptions[] all = [new(), new() { FitLoss = FitLoss.CrossEntropy }, new() { Likelihood = Likelihood.Categorical() }];
        foreach (var options in all)
        {
            using var trainer = model.CreateTrainer(options with { Epochs = 1, Hooks = [(_, _) => steps++] });
            var message = Assert.Throws<ArgumentException>(() => trainer.Train(data)).Message;
            Assert.Contains(fault, message);
            Assert.Contains(Advice, message);
            Assert.Contains(
                System.Text.RegularExpressions.Regex.Replace(fault, "example .", "$0 of a batch"),
                Assert.Throws<ArgumentException>(() => trainer.Train(BatchSource.From([(data.Inputs, data.Targets)], 3))).Message);
        }

        Assert.Equal(0, steps);
    }

    [Fact]
    public void ProbabilitiesAndRowsWithoutALabelAreTrained()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(1, 2));
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1 });
        using var data = new TensorDataSet(zeros(3, 1), tensor([0.3f, 0.7f, 0f, 0f, 0.9999f, 0.0005f], [3, 2]));
        Assert.Single(trainer.Train(data).Epochs);

        // Over places the class is the second dimension, and half precision rounds a sum.
        var places = full([2, 3, 4], 1.0 / 3);
        Likelihood.Categorical().CheckTargets(places);
        Likelihood.Categorical().CheckTargets(places.to(ScalarType.BFloat16));
        Likelihood.Categorical().CheckTargets(places.to(ScalarType.Float16));
        places[1, 2, 3] = 2;
        Assert.Contains("The sum of the targets of example 1, place [3], is 2.666",
            Assert.Throws<ArgumentException>(() => Likelihood.Categorical().CheckTargets(places)).Message);
    }

    [Fact]
    public void ARowWithoutALabelAddsNothingUnderSmoothing()
    {
        using var scope = NewDisposeScope();
        var loss = Likelihood.Categorical(labelSmoothing: 0.1).FitLoss;
        var outputs = tensor([1f, 2f, 3f, 5f], [2, 2]);
        var alone = loss.Compute(outputs[..1], tensor([1f, 0f], [1, 2])).item<float>();
        Assert.Equal(alone, loss.Compute(outputs, tensor([1f, 0f, 0f, 0f], [2, 2])).item<float>(), 1e-6f);
    }

    /// <summary>Two outputs looked like two classes to a prediction, since the squared error is no likelihood.</summary>
    [Fact]
    public void ANetworkOfTheSquaredErrorPredictsNoClasses()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new BayesianTabular(new Tabular(1, 2));
        using var data = new TensorDataSet(randn(20, 1), randn(20, 2));
        using (var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError, Epochs = 1 }))
            trainer.Train(data);
        var path = Path.Combine(folder.Root, "squares.safetensors");
        model.Save(path);
        using var loaded = new BayesianTabular(new Tabular(1, 2));
        loaded.Load(path);
        foreach (var one in new[] { model, loaded })
        {
            Assert.Contains("Predict(x, Likelihood.Gaussian(sigma))",
                Assert.Throws<InvalidOperationException>(() => one.Predict(data.Inputs, samples: 2)).Message);
            Assert.Throws<InvalidOperationException>(() => one.EvaluatePredictions(data, samples: 2));
            Assert.Contains(
                "names no noise", Assert.Throws<InvalidOperationException>(() => one.PredictRegression(data.Inputs, 2)).Message);
            Assert.Null(one.KnownLikelihood());
            Assert.Equal(2, one.Predict(data.Inputs, Likelihood.Gaussian(1), samples: 2).Outputs);
            using var predictor = one.CreatePredictor(() => new Tabular(1, 2), samples: 2);
            Assert.Throws<InvalidOperationException>(() => predictor.Predict(data.Inputs));
            using var text = new StringWriter();
            one.eval();
            var draws = new CSharpOptions { Samples = 2 };
            Assert.Contains(
                "by the squared error", Assert.Throws<NotSupportedException>(() => one.ToCSharp(text, data.Inputs[..1], draws)).Message);

            // Without a word an evaluation and the next training go on by it.
            Assert.Equal(one.Evaluate(data, new() { FitLoss = FitLoss.SquaredError }).Fit, one.Evaluate(data).Fit);
            using var next = one.CreateTrainer(new TrainerOptions());
            Assert.Equal(FitLoss.SquaredError, next.Options.FitLoss);
        }

        // A loss of a user's own says nothing about the answers.
        var own = new FitLoss("own", (output, target) => (output - target).abs().sum(), FitReduction.Sum);
        using (var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = own, Epochs = 1 }))
            trainer.Train(data);
        Assert.Equal(20, model.Predict(data.Inputs, samples: 2).Count);
    }
}
