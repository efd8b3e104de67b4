using BayesGen.Data;
using TorchSharp.Modules;

namespace BayesGen.Tests.Baselines;

/// <summary>Ensembles, SWAG and dropout answer by the likelihood of their networks, pooled as by hand.</summary>
public sealed class PooledLikelihoodTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-pooled").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>It was a softmax across the questions.</summary>
    [Fact]
    public void SeveralQuestionsArePooledQuestionByQuestion()
    {
        using var scope = NewDisposeScope();
        using var ensemble = Ensemble(Likelihood.Bernoulli(), outputs: 2);
        var x = randn(5, 3);
        var prediction = ensemble.Predict(x, options: new() { BatchSize = 2, KeepOutputs = true });
        Assert.Equal((10, 2, 3), (prediction.Count, prediction.Places, prediction.Samples));
        var outputs = Outputs(ensemble, x);
        for (var row = 0; row < 10; row++)
        {
            double[] yes = [.. outputs.Select(output => 1 / (1 + Math.Exp(-output[row / 2, row % 2].item<double>())))];
            Assert.Equal(yes.Average(), prediction.Probabilities[row][1], 1e-6);
            Assert.Equal(Entropy(yes.Average()) - yes.Average(Entropy), prediction.MutualInformation[row], 1e-6);
        }

        using var data = new TensorDataSet(x.clone(), tensor(new float[] { 1, -100, 0, 1, 1, 1, 0, 0, -100, 1 }, [5, 2]));
        var evaluation = ensemble.EvaluatePredictions(data);
        Assert.Equal([1, 0, 1, 1, 1, 0, 0, 1], evaluation.Targets);
        int[] known = [0, 2, 3, 4, 5, 6, 7, 9];
        Assert.Equal(
            -known.Zip(evaluation.Targets).Average(pair => Math.Log(prediction.Probabilities[pair.First][pair.Second])),
            evaluation.NegativeLogLikelihood, 1e-6);

        static double Entropy(double p) => -p * Math.Log(p) - (1 - p) * Math.Log(1 - p);
    }

    /// <summary>They were softmaxed as if they were classes.</summary>
    [Fact]
    public void MeansAndLogVariancesAreNoClasses()
    {
        using var scope = NewDisposeScope();
        using var ensemble = Ensemble(Likelihood.LearnedGaussian, outputs: 2);
        var x = randn(4, 3);
        using var data = new TensorDataSet(x.clone(), randn(4, 1));
        Assert.Contains("PredictRegression(x)", Assert.Throws<InvalidOperationException>(() => ensemble.Predict(x)).Message);
        Assert.Contains(
            "EvaluateRegression(data)", Assert.Throws<InvalidOperationException>(() => ensemble.EvaluatePredictions(data)).Message);
        var prediction = ensemble.PredictRegression(x);
        var outputs = Outputs(ensemble, x);
        for (var i = 0; i < 4; i++)
        {
            double[] means = [.. outputs.Select(output => output[i, 0].item<double>())];
            Assert.Equal(means.Average(), prediction.Mean[i][0], 1e-6);
            Assert.Equal(means.Average(mean => mean * mean) - Math.Pow(means.Average(), 2), prediction.EpistemicVariance[i][0], 1e-5);
            Assert.Equal(outputs.Average(output => Math.Exp(output[i, 1].item<double>())), prediction.AleatoricVariance[i][0], 1e-6);
        }

        Assert.Equal(-prediction.LogDensity(Rows(data.Targets)).Average(), ensemble.EvaluateRegression(data).NegativeLogLikelihood, 1e-9);
    }

    /// <summary>What is noted of it is no likelihood, and reading it as one threw.</summary>
    [Fact]
    public void AnEnsembleOfTheSquaredErrorKnowsNoLikelihoodAndPredictsNoClasses()
    {
        using var scope = NewDisposeScope();
        using var data = new TensorDataSet(randn(8, 3), randn(8, 2));
        using var ensemble = DeepEnsemble.Train(
            () => nn.Linear(3, 2), data, new TrainerOptions { Epochs = 1, FitLoss = FitLoss.SquaredError }, members: 2);
        Assert.Null(ensemble.KnownLikelihood());
        Assert.Contains("squared error", Assert.Throws<InvalidOperationException>(() => ensemble.Predict(data.Inputs)).Message);
        Assert.Equal(8, ensemble.Predict(data.Inputs, Likelihood.Gaussian(1)).Count);
        ((DeterministicModel<Linear>)ensemble.Members[1]).UseLikelihood(Likelihood.Bernoulli());
        var message = Assert.Throws<InvalidOperationException>(() => ensemble.KnownLikelihood()).Message;
        Assert.Contains("member 1 under the squared error", message);
    }

    /// <summary>Logarithms of rates were reported as means, and Student's t had no road at all.</summary>
    [Fact]
    public void CountsAndHeavyTailsAreMixturesOfTheirKind()
    {
        using var scope = NewDisposeScope();
        using var counts = Ensemble(Likelihood.Poisson, outputs: 1);
        var x = randn(4, 3);
        var rates = Outputs(counts, x).Select(output => output.exp()).ToList();
        var prediction = counts.PredictRegression(x);
        for (var i = 0; i < 4; i++)
        {
            double[] ofMembers = [.. rates.Select(rate => rate[i, 0].item<double>())];
            Assert.Equal(ofMembers.Average(), prediction.Mean[i][0], 1e-5);
            Assert.Equal(ofMembers.Average(), prediction.AleatoricVariance[i][0], 1e-5);
            Assert.Equal(Math.Log(ofMembers.Average(rate => Math.Exp(-rate) * rate)), prediction.LogDensity([[1], [1], [1], [1]])[i], 1e-5);
        }

        using var days = new TensorDataSet(x.clone(), tensor(new[] { 0f, 2, 1, 4 }, [4, 1]));
        Assert.Equal(-prediction.LogDensity([[0], [2], [1], [4]]).Average(), counts.EvaluateRegression(days).NegativeLogLikelihood, 1e-9);

        using var tails = Ensemble(Likelihood.StudentT(3, 0.5).IgnoringNaN(), outputs: 1);
        Assert.Equal(3 * 0.5 * 0.5, tails.PredictRegression(x).AleatoricVariance[2][0], 1e-6);
        using var gaps = new TensorDataSet(x.clone(), tensor(new[] { 0.5f, float.NaN, 1, 4 }, [4, 1]));
        var evaluation = tails.EvaluateRegression(gaps, levels: [0.9]);
        Assert.Equal([0.5, 1, 4], evaluation.Targets.Select(row => row[0]));
        Assert.True(double.IsFinite(evaluation.NegativeLogLikelihood));
        Assert.Equal(0.9, Assert.Single(evaluation.Intervals).Level);
    }

    /// <summary>A sequence had no answer, and a plain network no way to say what it is.</summary>
    [Fact]
    public void WhatAPlainNetworkAnswersIsSaidInTheCall()
    {
        using var scope = NewDisposeScope();
        using var steps = new DeepEnsemble(new StepByStep(2, 3), new StepByStep(2, 3));
        var x = randn(4, 2, 5);
        var prediction = steps.Predict(x, Likelihood.Categorical());
        Assert.Equal((20, 5), (prediction.Count, prediction.Places));
        var p = Outputs(steps, x).Select(output => output.softmax(1)).Aggregate((sum, one) => sum + one) / 2;
        Assert.Equal(p[2, 1, 4].item<double>(), prediction.Probabilities[2 * 5 + 4][1], 1e-6);
        Assert.Contains("Predict(x, Likelihood.Categorical())", Assert.Throws<InvalidOperationException>(() => steps.Predict(x)).Message);
        var labels = zeros(4, 5, dtype: ScalarType.Int64);
        labels[1, ..] = -100;
        using var sequences = new TensorDataSet(x.clone(), labels);
        Assert.Equal(15, steps.EvaluatePredictions(sequences, Likelihood.Categorical()).Targets.Count);

        using var lines = new DeepEnsemble(new LaplaceLine(3, 1), new LaplaceLine(3, 1));
        var points = randn(6, 3);
        Assert.Contains("Likelihood.Bernoulli()", Assert.Throws<InvalidOperationException>(() => lines.Predict(points)).Message);
        Assert.Contains("Nobody has said", Assert.Throws<InvalidOperationException>(() => lines.PredictRegression(points)).Message);
        Assert.Null(lines.KnownLikelihood());
        var yes = Outputs(lines, points).Select(output => output.sigmoid()).Aggregate((sum, one) => sum + one) / 2;
        Assert.Equal(yes[3, 0].item<double>(), lines.Predict(points, Likelihood.Bernoulli()).Probabilities[3][1], 1e-6);
        using var numbers = new TensorDataSet(points.clone(), tensor(new[] { 1f, 0, float.NaN, 1, 2, 3 }, [6, 1]));
        var likelihood = Likelihood.Gaussian(0.5).IgnoringNaN();
        Assert.Equal(5, lines.EvaluatePredictions(numbers, likelihood).Targets.Count);
        Assert.Equal(
            lines.Predict(points, GaussianNoise.Fixed(0.5)).Mean[2], lines.Predict(points, likelihood).Mean[2]);
        Assert.Contains(
            "NaN", Assert.Throws<ArgumentException>(() => lines.EvaluatePredictions(numbers, GaussianNoise.Fixed(0.5))).Message);
    }

    [Fact]
    public void MembersOfDifferentTargetsAreRefusedUntilItIsSaid()
    {
        using var scope = NewDisposeScope();
        using var ensemble = Ensemble(Likelihood.Bernoulli(), outputs: 2);
        var x = randn(4, 3);
        ((DeterministicModel<LaplaceLine>)ensemble.Members[1]).UseLikelihood(Likelihood.Poisson);
        var message = Assert.Throws<InvalidOperationException>(() => ensemble.Predict(x)).Message;
        Assert.Contains("Member 2 was trained under the likelihood 'Poisson', and member 1 under the likelihood 'Bernoulli'", message);
        Assert.Throws<InvalidOperationException>(() => ensemble.PredictRegression(x));
        Assert.Equal(8, ensemble.Predict(x, Likelihood.Bernoulli()).Count);
        ((DeterministicModel<LaplaceLine>)ensemble.Members[1]).UseLikelihood(null);
        Assert.Contains(
            "Member 2 was trained under no likelihood", Assert.Throws<InvalidOperationException>(() => ensemble.Predict(x)).Message);
    }

    [Fact]
    public void TheLikelihoodOfTheOptionsStaysWithAnEnsembleAndItsFiles()
    {
        using var scope = NewDisposeScope();
        using var data = Counts();
        using var ensemble = DeepEnsemble.Train(() => new LaplaceLine(3, 1), data, Options, members: 2);
        Assert.Equal(Likelihood.Poisson, ensemble.KnownLikelihood());
        ensemble.Save(_folder);
        using var loaded = DeepEnsemble.Load(_folder, () => new DeterministicModel<LaplaceLine>(new LaplaceLine(3, 1)));
        Assert.Equal(ensemble.PredictRegression(data.Inputs).Mean[3], loaded.PredictRegression(data.Inputs).Mean[3]);
        using var bayesian = DeepEnsemble.Train(
            () => new BayesianLaplaceLine(new LaplaceLine(3, 1)), (model, own) => model.CreateTrainer(own), data, Options, members: 2);
        Assert.Equal(8, bayesian.PredictRegression(data.Inputs, samples: 4).Samples);
    }

    /// <summary>Weights that were collected twice have no variance, so the answers are those of the network.</summary>
    [Fact]
    public void SwagAnswersByTheLikelihoodOfItsTraining()
    {
        using var scope = NewDisposeScope();
        using var data = Counts();
        using var swag = Swag.Train(
            () => new LaplaceLine(3, 1), data, Options, new SwagOptions { Epochs = 2, Rank = 0, LearningRate = 1e-3 });
        Assert.Equal(Likelihood.Poisson, swag.KnownLikelihood());
        Assert.Contains("PredictRegression(x)", Assert.Throws<InvalidOperationException>(() => swag.Predict(data.Inputs)).Message);
        Assert.True(swag.PredictRegression(data.Inputs, samples: 3).Mean.All(row => row[0] > 0));
        Assert.True(double.IsFinite(swag.EvaluateRegression(data, samples: 3).NegativeLogLikelihood));

        using var line = new LaplaceLine(3, 1);
        using var own = new Swag(line);
        own.Collect();
        own.Collect();
        Assert.Null(own.KnownLikelihood());
        var rates = line.call(data.Inputs).exp();
        var prediction = own.Predict(data.Inputs, Likelihood.Poisson, samples: 2);
        Assert.Equal(rates[5, 0].item<float>(), prediction.Mean[5][0], 1e-5);
        Assert.Equal(0, prediction.EpistemicVariance[5][0], 1e-9);
        Assert.Equal(
            1 / (1 + Math.Exp(-line.call(data.Inputs)[5, 0].item<float>())),
            own.Predict(data.Inputs, Likelihood.Bernoulli(), samples: 2).Probabilities[5][1], 1e-6);
    }

    /// <summary>One seed has the same masks, so what comes out of each pass is known from another question.</summary>
    [Fact]
    public void DropoutPoolsPassesByTheLikelihoodOfTheNetwork()
    {
        using var scope = NewDisposeScope();
        using var model = new DeterministicModel<DroppedLine>(new DroppedLine(4, 0.25));
        var dropout = new MonteCarloDropout(model);
        var x = randn(5, 4);
        var passes = dropout.Predict(x, GaussianNoise.Fixed(1), samples: 6);
        model.UseLikelihood(Likelihood.Poisson);
        Assert.Equal(Likelihood.Poisson, dropout.KnownLikelihood());
        Assert.Equal(
            passes.MeansOfSamples(3).Average(Math.Exp), dropout.PredictRegression(x, samples: 6).Mean[3][0], 1e-5);
        Assert.Throws<InvalidOperationException>(() => dropout.Predict(x));
        model.UseLikelihood(Likelihood.Bernoulli());
        Assert.Equal(
            passes.MeansOfSamples(3).Average(z => 1 / (1 + Math.Exp(-z))), dropout.Predict(x, samples: 6).Probabilities[3][1], 1e-6);
        Assert.Throws<InvalidOperationException>(() => dropout.PredictRegression(x));
        using var data = new TensorDataSet(x.clone(), tensor(new[] { 1f, -100, 0, 1, 0 }, [5, 1]));
        Assert.Equal([1, 0, 1, 0], dropout.EvaluatePredictions(data, samples: 6).Targets);
        Assert.NotNull(dropout.EvaluatePredictions(data, outside: data, samples: 6).OutOfDistribution);
        using var plain = new DroppedLine(4, 0.25);
        Assert.Null(new MonteCarloDropout(plain).KnownLikelihood());
    }

    private static TrainerOptions Options => new() { Epochs = 2, BatchSize = 10, Likelihood = Likelihood.Poisson, Seed = 5 };

    private static DeepEnsemble Ensemble(Likelihood likelihood, int outputs)
    {
        random.manual_seed(4);
        return new DeepEnsemble([.. Enumerable.Range(0, 3).Select(_ =>
        {
            var member = new DeterministicModel<LaplaceLine>(new LaplaceLine(3, outputs));
            member.UseLikelihood(likelihood);
            return member;
        })]);
    }

    private static List<Tensor> Outputs(DeepEnsemble ensemble, Tensor x) =>
        [.. ensemble.Members.Select(member => member.call(x).to(ScalarType.Float64))];

    private static List<double[]> Rows(Tensor targets) => [.. targets.data<float>().Select(number => new double[] { number })];

    private static TensorDataSet Counts()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        return new TensorDataSet(randn(20, 3), arange(20).remainder(3).to(ScalarType.Float32).unsqueeze(1));
    }
}
