using BayesGen.Data;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Laplace;

/// <summary>A Laplace approximation knows what the targets are, what each counts, and the weights that it was fitted to.</summary>
public sealed class LaplaceLikelihoodTests
{
    private static readonly LaplaceOptions Given = new() { PriorPrecision = 0.7 };

    /// <summary>Class 2 counts twice: it is each of its examples twice, and an ignored label is no example.</summary>
    [Theory]
    [InlineData(LaplaceStructure.Full)]
    [InlineData(LaplaceStructure.Kronecker)]
    [InlineData(LaplaceStructure.Diagonal)]
    public void AWeightOfTwoIsTheExampleTwice(LaplaceStructure structure)
    {
        using var scope = NewDisposeScope();
        using var model = Line(3);
        var x = randn(8, 3, dtype: ScalarType.Float64);
        var labels = tensor(new long[] { 0, 1, 2, 1, -100, 0, 2, 2 });
        var each = tensor(new long[] { 0, 1, 2, 2, 3, 5, 6, 6, 7, 7 });
        model.UseLikelihood(Likelihood.Categorical(classWeights: [1, 1, 2]));
        using var weighted = model.FitLaplace(Data(x, labels), Given with { Structure = structure });
        model.UseLikelihood(null);
        using var twice = model.FitLaplace(Data(x[each], labels[each]), Given with { Structure = structure });
        Same(twice, weighted);
        Assert.Equal(7, weighted.EvaluatePredictions(Data(x, labels)).Prediction.Count);
    }

    /// <summary>The same behind a hidden layer, where slopes are carried back.</summary>
    [Fact]
    public void AWeightOfTwoIsTheExampleTwiceInAHiddenLayer()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        using var model = new BayesianLaplaceCurve(new LaplaceCurve(3, 4, 2));
        model.to(ScalarType.Float64);
        var x = randn(5, 3, dtype: ScalarType.Float64);
        var labels = tensor(new long[] { 0, 1, 1, -100, 0 });
        var each = tensor(new long[] { 0, 1, 1, 2, 2, 4 });
        model.UseLikelihood(Likelihood.Categorical(classWeights: [1, 2]));
        using var weighted = model.FitLaplace(Data(x, labels), Given);
        model.UseLikelihood(Likelihood.Categorical());
        using var twice = model.FitLaplace(Data(x[each], labels[each]), Given);
        Same(twice, weighted);
    }

    /// <summary>The log-likelihood is that of the loss, and the curvature its second derivative by the outputs.</summary>
    [Fact]
    public void FitAndCurvatureAreThoseOfTheLoss()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var labels = tensor(new long[] { 0, 2, 1, -100 });
        var answers = tensor(new[] { 0.0, 1, 1, -100, 0.3, 1, 0, 0, -100, -100, -100, -100 }, [4, 3]);
        foreach (var (likelihood, targets) in new (Likelihood, Tensor)[]
        {
            (Likelihood.Categorical(), labels),
            (Likelihood.Categorical(classWeights: [1, 3, 0.5], labelSmoothing: 0.2), labels),
            (Likelihood.Bernoulli(positiveWeight: 2.5), answers),
            (Likelihood.Gaussian(0.4).IgnoringNaN(), answers.masked_fill(answers.eq(-100), double.NaN)),
        })
        {
            var outputs = randn(4, 3, dtype: ScalarType.Float64).requires_grad_();
            var fit = new TargetFit(likelihood);
            var curvature = fit.Add(outputs.detach(), targets);
            var loss = likelihood.FitLoss.Mean(outputs, targets) * 4;
            Assert.Equal(-loss.item<double>(), fit.LogLikelihood(1), 1e-9);
            var slope = autograd.grad([loss], [outputs], retain_graph: true, create_graph: true)[0].flatten();
            var factors = curvature.Factors();
            for (var n = 0; n < 4; n++)
            {
                var rows = Enumerable.Range(0, 3).Select(c => autograd.grad([slope[n * 3 + c]], [outputs], retain_graph: true)[0][n]);
                var expected = stack(rows, 0);
                Assert.True(factors[n].t().mm(factors[n]).allclose(expected), $"{likelihood}, example {n}");
                Assert.True(curvature.Diagonals()[n].allclose(expected.diagonal()), $"{likelihood}, example {n}");
            }

            Assert.True(factors.transpose(1, 2).bmm(factors).sum([0]).allclose(curvature.Sum()), likelihood.ToString());
        }
    }

    /// <summary>One logit is the difference of two: its curvature p (1 - p) is that of logits 0 and z, whose weights are known.</summary>
    [Theory]
    [InlineData(LaplacePredictive.Linearized)]
    [InlineData(LaplacePredictive.Sampled)]
    public void YesAndNoHaveOneLogitForEachQuestion(LaplacePredictive predictive)
    {
        using var scope = NewDisposeScope();
        foreach (var questions in new[] { 1, 2 })
        {
            using var model = Line(questions);
            model.UseLikelihood(Likelihood.Bernoulli());
            var x = randn(40, 3, dtype: ScalarType.Float64);
            var targets = x.narrow(1, 0, questions).gt(0).to(ScalarType.Float64);
            if (questions == 1)
                targets = targets.squeeze(1);
            using var laplace = model.FitLaplace(Data(x, targets), Given with { Predictive = predictive });
            var prediction = laplace.Predict(x, samples: 300);
            Assert.Equal((40 * questions, questions, 2), (prediction.Count, prediction.Places, prediction.Probabilities[0].Length));
            Assert.True(prediction.MutualInformation.Min() > 0);
            var network = model.Predict(x, Likelihood.Bernoulli(), samples: 1);
            Assert.Equal(40 * questions, laplace.EvaluatePredictions(Data(x, targets)).Targets.Count);
            Assert.Equal(network.Places, prediction.Places);

            // z ~ N(m, v) with v = x'(X'WX + a)^-1 x, so that the mean probability of yes is known by integration.
            var rows = cat([x, ones(40, 1, dtype: ScalarType.Float64)], 1);
            var mean = model.call(x).detach().select(1, 0);
            var p = mean.sigmoid();
            var covariance = linalg.inv(rows.t().mm(rows * (p * (1 - p)).unsqueeze(1)) + 0.7 * eye(4, dtype: ScalarType.Float64));
            var deviation = (rows.mm(covariance) * rows).sum(1).sqrt();
            var grid = linspace(-6, 6, 401, dtype: ScalarType.Float64);
            var density = (-0.5 * grid.square()).exp();
            for (var i = 0; i < 40; i++)
            {
                var expected = ((mean[i] + deviation[i] * grid).sigmoid() * density).sum() / density.sum();
                Assert.Equal(expected.item<double>(), prediction.Probabilities[i * questions][1], 0.1);
            }
        }
    }

    [Fact]
    public void TheNoiseThatTheNetworkKnowsIsUsed()
    {
        using var scope = NewDisposeScope();
        using var model = Line(1);
        var x = randn(30, 3, dtype: ScalarType.Float64);
        var y = x.sum(1, keepdim: true) + 0.4 * randn(30, 1, dtype: ScalarType.Float64);
        using var said = model.FitLaplace(Data(x, y), Given with { Noise = GaussianNoise.Fixed(0.4) });
        model.UseLikelihood(Likelihood.Gaussian(0.4).IgnoringNaN());
        using var known = model.FitLaplace(Data(x, y), Given);
        Same(said, known);
        Assert.Equal(said.Predict(x, GaussianNoise.Fixed(0.4)).Variance[3], known.PredictRegression(x).Variance[3]);
        Assert.Equal(said.Predict(x, GaussianNoise.Fixed(0.4)).Variance[3], known.Predict(x, GaussianNoise.Fixed(0.4)).Variance[3]);
        using var sized = model.FitLaplace(Data(x, y), new LaplaceOptions { FitNoise = true });
        Assert.NotEqual(1, sized.NoiseScale);

        // What is missing counts for nothing.
        var missing = y.clone();
        missing[4, 0] = double.NaN;
        using var less = model.FitLaplace(Data(x, missing), Given);
        var others = cat([arange(4), arange(5, 30)]);
        using var without = model.FitLaplace(Data(x[others], y[others]), Given);
        Same(without, less);
        Assert.Equal(29, less.EvaluateRegression(Data(x, missing)).Prediction.Count);

        using var last = model.FitVariationalLastLayer(Data(x, missing), new() { PriorPrecision = 0.7 });
        using var also = model.FitVariationalLastLayer(
            Data(x[others], y[others]), new() { PriorPrecision = 0.7, Noise = GaussianNoise.Fixed(0.4) });
        Assert.Equal(also.Bound, last.Bound, 1e-9);
        Assert.Equal(29, last.EvaluateRegression(Data(x, missing)).Prediction.Count);
        model.UseLikelihood(Likelihood.LearnedGaussian);
        Assert.Contains("FitLaplace takes it", Assert.Throws<NotSupportedException>(
            () => model.FitVariationalLastLayer(Data(x, y))).Message);
    }

    [Fact]
    public void AVariationalLastLayerWeighsClassesAsTheLossDoes()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        using var model = Line(3);
        var x = randn(30, 3, dtype: ScalarType.Float64);
        var labels = randint(3, [30], dtype: ScalarType.Int64);
        labels[4] = -100;
        long[] each = [.. Enumerable.Range(0, 30).Where(i => i != 4)
            .SelectMany(i => Enumerable.Repeat((long)i, labels[i].item<long>() == 1 ? 2 : 1))];
        var options = new VariationalLastLayerOptions { PriorPrecision = 1, Tolerance = 1e-10, Iterations = 1_000 };
        model.UseLikelihood(Likelihood.Categorical(classWeights: [1, 2, 1]));
        using var weighted = model.FitVariationalLastLayer(Data(x, labels), options);
        model.UseLikelihood(null);
        using var twice = model.FitVariationalLastLayer(Data(x[tensor(each)], labels[tensor(each)]), options);
        Assert.Equal(twice.Bound, weighted.Bound, 1e-5);
        model.UseLikelihood(Likelihood.Categorical(labelSmoothing: 0.3));
        using var smooth = model.FitVariationalLastLayer(Data(x, labels), options);
        Assert.True(smooth.HasConverged);
        Assert.NotEqual(twice.Bound, smooth.Bound, 1e-2);
    }

    [Fact]
    public void OtherLikelihoodsAreRefusedWithWhatToUse()
    {
        using var scope = NewDisposeScope();
        using var model = Line(1);
        using var data = Data(randn(4, 3, dtype: ScalarType.Float64), ones(4, 1, dtype: ScalarType.Float64));
        foreach (var likelihood in new[] { Likelihood.Poisson, Likelihood.StudentT(4, 1) })
        {
            model.UseLikelihood(likelihood);
            foreach (var fit in new Action[] { () => model.FitLaplace(data), () => model.FitVariationalLastLayer(data) })
            {
                var message = Assert.Throws<NotSupportedException>(fit).Message;
                Assert.Contains($"trained under the likelihood '{likelihood}'", message);
                Assert.Contains("DeepEnsemble", message);
            }

            model.FitLaplace(data, new() { Noise = GaussianNoise.Fixed(1) }).Dispose();
        }

        model.UseLikelihood(Likelihood.Bernoulli());
        Assert.Contains("FitLaplace takes it", Assert.Throws<NotSupportedException>(() => model.FitVariationalLastLayer(data)).Message);
        model.UseLikelihood(null);
        Assert.Contains("Likelihood.Bernoulli()", Assert.Throws<InvalidOperationException>(() => model.FitLaplace(data)).Message);
        model.UseLikelihood(Likelihood.Categorical());
        using var three = Line(3);
        using var none = Data(randn(2, 3, dtype: ScalarType.Float64), tensor(new long[] { -100, -100 }));
        Assert.Contains("No example has a target that counts", Assert.Throws<ArgumentException>(() => three.FitLaplace(none)).Message);
        Assert.Contains(
            "No example has a target that counts", Assert.Throws<ArgumentException>(() => three.FitVariationalLastLayer(none)).Message);
    }

    [Fact]
    public void APosteriorOfFormerWeightsDoesNotAnswer()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(8);
        var network = Sequential(("hidden", Linear(3, 4)), ("tanh", Tanh()), ("output", Linear(4, 3)));
        using var model = new LastLayerModel<TorchSharp.Modules.Sequential>(network);
        using var data = new TensorDataSet(randn(20, 3), randint(3, [20], dtype: ScalarType.Int64));
        using var laplace = model.FitLaplace(data);
        using var last = model.FitVariationalLastLayer(data);
        _ = (laplace.Predict(data.Inputs), last.Predict(data.Inputs));
        using (no_grad())
            network.parameters().First()[0, 0].add_(1e-4);
        Assert.Contains("changed since FitLaplace", Assert.Throws<InvalidOperationException>(
            () => laplace.Predict(data.Inputs)).Message);
        Assert.Contains("changed since FitVariationalLastLayer", Assert.Throws<InvalidOperationException>(
            () => last.EvaluatePredictions(data)).Message);
        using var again = model.FitLaplace(data);
        Assert.Equal(20, again.Predict(data.Inputs).Count);
    }

    [Fact]
    public void ANetworkOfTwoHeadsIsNotTakenForItsLastOne()
    {
        using var scope = NewDisposeScope();
        using var x = new TensorDataSet(randn(12, 3), randn(12, 1));
        using var ofVariance = new LastLayerModel<LaplaceHeads>(new LaplaceHeads());
        ofVariance.UseLikelihood(Likelihood.LearnedGaussian);
        Assert.Contains("Output 0 of the network does not hang on its layer 'variance'", Assert.Throws<NotSupportedException>(
            () => ofVariance.FitLaplace(x)).Message);
        using var ofMean = new LastLayerModel<LaplaceHeads>(new LaplaceHeads(), "mean");
        ofMean.UseLikelihood(Likelihood.LearnedGaussian);
        using var fit = ofMean.FitLaplace(x);
        Assert.True(fit.PredictRegression(x.Inputs).EpistemicVariance[0][0] > 0);
        using var classes = new TensorDataSet(randn(12, 3), randint(2, [12], dtype: ScalarType.Int64));
        using var logits = new LastLayerModel<LaplaceHeads>(new LaplaceHeads(), "mean");
        Assert.Contains("Output 1", Assert.Throws<NotSupportedException>(() => logits.FitLaplace(classes)).Message);
    }

    private static void Same(LaplaceApproximation expected, LaplaceApproximation found)
    {
        Assert.Equal(expected.LogMarginalLikelihood, found.LogMarginalLikelihood, 1e-8);
        foreach (var (one, other) in expected.Layers.Zip(found.Layers))
            Assert.True(one.Curvature.Eigenvalues.allclose(other.Curvature.Eigenvalues, rtol: 1e-8, atol: 1e-9), one.Layer.Key);
    }

    private static BayesianLaplaceLine Line(int outputs)
    {
        random.manual_seed(1);
        var model = new BayesianLaplaceLine(new LaplaceLine(3, outputs));
        model.to(ScalarType.Float64);
        return model;
    }

    private static TensorDataSet Data(Tensor x, Tensor y) => new(x.clone(), y.clone());
}
