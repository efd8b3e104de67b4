using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.LastLayers;

/// <summary>A variational last layer as a whole: of numbers it is the exact posterior; how it predicts; what it refuses.</summary>
public sealed class VariationalLastLayerTests
{
    private const double Sigma = 0.4;
    private const double Precision = 0.7;

    /// <summary>
    /// y ~ N(X w, s^2) with w ~ N(0, 1 / a): covariance S = (X'X / s^2 + a)^-1, mean S X'y / s^2, predictive variance s^2 + x'Sx, and the
    /// bound is log N(y; 0, s^2 + XX' / a), for each output by itself.
    /// </summary>
    [Fact]
    public void OfNumbersItIsThePosteriorAndTheBoundIsTheEvidence()
    {
        using var scope = NewDisposeScope();
        var (model, x, y, design) = Line(outputs: 2);
        using var data = new TensorDataSet(x.clone(), y.clone());
        using var last = model.FitVariationalLastLayer(
            data, new VariationalLastLayerOptions { Noise = GaussianNoise.Fixed(Sigma), PriorPrecision = Precision, BatchSize = 7 });
        var covariance = linalg.inv(design.t().mm(design) / (Sigma * Sigma) + Precision * eye(4, dtype: ScalarType.Float64));
        var fresh = randn(5, 3, dtype: ScalarType.Float64);
        var rows = cat([fresh, ones(5, 1, dtype: ScalarType.Float64)], 1);
        var means = rows.mm(covariance.mm(design.t()).mm(y)) / (Sigma * Sigma);
        var ofWeights = (rows.mm(covariance) * rows).sum(1);
        var prediction = last.PredictRegression(fresh);
        for (var i = 0; i < 5; i++)
            for (var d = 0; d < 2; d++)
            {
                Assert.Equal(means[i, d].item<double>(), prediction.Mean[i][d], 1e-9);
                Assert.Equal(ofWeights[i].item<double>(), prediction.EpistemicVariance[i][d], 1e-10);
                Assert.Equal(Sigma * Sigma, prediction.AleatoricVariance[i][d], 1e-10);
            }

        Assert.Equal(Evidence(design, y, Sigma, Precision), last.Bound, 1e-7);
        Assert.True(last.HasConverged);
        Assert.Equal([Sigma, Sigma], last.Sigmas.Select(sigma => Math.Round(sigma, 12)));
    }

    [Fact]
    public void PriorAndNoiseOfEachOutputMaximizeTheEvidence()
    {
        using var scope = NewDisposeScope();
        var (model, x, y, design) = Line(outputs: 1);
        using var data = new TensorDataSet(x.clone(), y.clone());
        using var last = model.FitVariationalLastLayer(
            data, new VariationalLastLayerOptions { Noise = GaussianNoise.Fixed(3), FitNoise = true });
        Assert.InRange(last.Sigmas.Single(), 0.5 * Sigma, 1.5 * Sigma);
        var found = Evidence(design, y, last.Sigmas[0], last.PriorPrecision);
        Assert.Equal(found, last.Bound, 1e-7);
        foreach (var (a, s) in new[] { (1.05, 1.0), (0.95, 1.0), (1.0, 1.02), (1.0, 0.98) })
            Assert.True(Evidence(design, y, last.Sigmas[0] * s, last.PriorPrecision * a) < found, $"precision {a}, sigma {s}");
    }

    [Fact]
    public void ABiasWithoutAPosteriorIsPartOfWhatIsKnown()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        using var model = new BayesianPlainBiasLine(new PlainBiasLine());
        model.to(ScalarType.Float64);
        using (no_grad())
            model.Network.Line.bias!.fill_(3);
        var x = randn(60, 3, dtype: ScalarType.Float64);
        var y = x.mm(tensor(new[] { 1.0, -2, 0.5 }, [3, 1])) + 3 + 0.1 * randn(60, 1, dtype: ScalarType.Float64);
        using var data = new TensorDataSet(x, y);
        using var last = model.FitVariationalLastLayer(
            data, new VariationalLastLayerOptions { Noise = GaussianNoise.Fixed(0.1), FitNoise = true });
        Assert.InRange(last.Sigmas.Single(), 0.05, 0.15);
        Assert.Equal(3, last.PredictRegression(zeros(1, 3, dtype: ScalarType.Float64)).Mean[0][0], 1e-9);
    }

    /// <summary>Probabilities are those of Gaussian logits, and the network is bit for bit as it was.</summary>
    [Trait("Lane", "Slow")]
    [Fact]
    public void ClassesAreMeansOverGaussianLogits()
    {
        using var scope = NewDisposeScope();
        using var data = Blobs(out var network);
        var before = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        using var model = new LastLayerModel<Sequential>(network, "output");
        using var last = model.FitVariationalLastLayer(data);
        Assert.Equal(LastLayerCovariance.PerOutput, last.Covariance);
        var x = data.Inputs[..4];
        var prediction = last.Predict(x, samples: 20_000);
        var features = functional.tanh(((Linear)Child(network, "hidden")).call(x));
        var rows = cat([features.to(ScalarType.Float64), ones(4, 1, dtype: ScalarType.Float64)], 1);
        var (means, variances) = last.Posterior.Outputs(rows);
        var expected = (means + variances.sqrt() * randn(40_000, 4, 3, dtype: ScalarType.Float64)).softmax(2).mean([0]);
        for (var i = 0; i < 4; i++)
            for (var k = 0; k < 3; k++)
                Assert.Equal(expected[i, k].item<double>(), prediction.Probabilities[i][k], 0.01);
        Assert.Equal(prediction.Probabilities[0], last.Predict(x, samples: 20_000).Probabilities[0]);
        foreach (var (key, tensor) in network.state_dict())
            Assert.True(TensorBits.Same(before[key], tensor), key);
    }

    [Trait("Lane", "Slow")]
    [Theory]
    [InlineData(LastLayerCovariance.PerOutput)]
    [InlineData(LastLayerCovariance.Diagonal)]
    public void WhatTheNetworkStartedFromMakesNoDifference(LastLayerCovariance covariance)
    {
        using var scope = NewDisposeScope();
        using var data = Blobs(out var network);
        using var model = new LastLayerModel<Sequential>(network);
        var options = new VariationalLastLayerOptions { Covariance = covariance, Iterations = 1_000, Tolerance = 1e-9, PriorPrecision = 1 };
        using var first = model.FitVariationalLastLayer(data, options);
        using (no_grad())
            foreach (var parameter in Child(network, "output").parameters())
                parameter.mul_(-2);
        model.Arena.Invalidate();
        using var second = model.FitVariationalLastLayer(data, options);
        Assert.True(first.HasConverged && second.HasConverged);
        Assert.Equal(first.Bound, second.Bound, 1e-3);
    }

    [Fact]
    public void TheWholeCovarianceHasTheHigherBound()
    {
        using var scope = NewDisposeScope();
        using var data = Blobs(out var network);
        using var model = new LastLayerModel<Sequential>(network);
        using var whole = model.FitVariationalLastLayer(data);
        using var diagonal = model.FitVariationalLastLayer(
            data, new VariationalLastLayerOptions { Covariance = LastLayerCovariance.Diagonal, Iterations = 1_000 });
        Assert.True(whole.Bound > diagonal.Bound, $"{whole.Bound} and {diagonal.Bound}");
        Assert.Contains("'output' of 27 weights", whole.ToString());
    }

    [Fact]
    public void WhatItIsNotForIsRefusedInWords()
    {
        using var scope = NewDisposeScope();
        using var rows = new TensorDataSet(randn(4, 3), tensor(new long[] { 0, 1, 0, 2 }));
        using var curve = new BayesianLaplaceCurve(new LaplaceCurve(3, 4, 3));
        Assert.Contains("2 are Gaussian: hidden, output", Refusal(() => curve.FitVariationalLastLayer(rows)));
        using var followed = new LastLayerModel<Sequential>(Sequential(("line", Linear(3, 3)), ("end", Tanh())));
        Assert.Contains("not those of its layer 'line'", Refusal(() => followed.FitVariationalLastLayer(rows)));
        using var last = new LastLayerModel<Sequential>(Sequential(("line", Linear(3, 3))));
        using var wrong = new TensorDataSet(randn(1, 3), tensor(new long[] { 3 }));
        Assert.Contains("0 to 2", Assert.Throws<ArgumentException>(() => last.FitVariationalLastLayer(wrong)).Message);
        Assert.Contains("give GaussianNoise.Fixed", Assert.Throws<ArgumentException>(
            () => last.FitVariationalLastLayer(rows, new() { Noise = GaussianNoise.Learned })).Message);
        Assert.Contains("has no Linear layer 'head'. It has line.", Assert.Throws<ArgumentException>(
            () => new LastLayerModel<Sequential>(Sequential(("line", Linear(3, 3))), "head")).Message);
        Assert.Contains("no Linear layer", Assert.Throws<ArgumentException>(
            () => new LastLayerModel<Sequential>(Sequential(("end", Tanh())))).Message);
        using var fit = last.FitVariationalLastLayer(rows);
        Assert.Contains("fitted to classes", Assert.Throws<InvalidOperationException>(() => fit.PredictRegression(randn(1, 3))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => last.FitVariationalLastLayer(rows, new() { Tolerance = 0 }));

        static string Refusal(Action act) => Assert.Throws<NotSupportedException>(act).Message;
    }

    [Fact]
    public void ManyClassesKeepVariancesAlone()
    {
        var options = new VariationalLastLayerOptions();
        Assert.Equal(LastLayerCovariance.Diagonal, ClassFit.CovarianceFor(1_000, 2_049, options));
        Assert.Equal(LastLayerCovariance.PerOutput, ClassFit.CovarianceFor(10, 501, options));
        Assert.Contains("ask for LastLayerCovariance.Diagonal", Assert.Throws<NotSupportedException>(() => ClassFit.CovarianceFor(
            1_000, 2_049, options with { Covariance = LastLayerCovariance.PerOutput })).Message);
    }

    /// <summary>The layer alone is Gaussian, whatever is annotated, and a Laplace approximation takes it as an annotated one.</summary>
    [Fact]
    public void ALaplaceApproximationNeedsNoAnnotation()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        using var annotated = new BayesianLastLayer(new LastLayer());
        var network = new LaplaceCurve(3, 4, 3);
        using (no_grad())
            foreach (var (key, value) in annotated.Distribution(() => new LastLayer()).Mean().state_dict())
                network.state_dict()[key].copy_(value);
        using var model = new LastLayerModel<LaplaceCurve>(network);
        Assert.Equal(["output.weight", "output.bias"], model.Arena.BayesianWeights.Select(weight => weight.Key));
        using var data = new TensorDataSet(randn(50, 3), randint(3, [50], dtype: ScalarType.Int64));
        using var one = annotated.FitLaplace(data);
        using var other = model.FitLaplace(data);
        Assert.Equal(one.LogMarginalLikelihood, other.LogMarginalLikelihood, 1e-9);
    }

    /// <summary>log N(y; 0, s^2 + XX' / a), summed over the outputs.</summary>
    private static double Evidence(Tensor design, Tensor y, double sigma, double precision)
    {
        var count = design.shape[0];
        var covariance = sigma * sigma * eye(count, dtype: ScalarType.Float64) + design.mm(design.t()) / precision;
        var determinant = linalg.eigvalsh(covariance).log().sum().item<double>();
        var fit = (y * linalg.solve(covariance, y)).sum().item<double>();
        return -0.5 * (fit + y.shape[1] * (determinant + count * Math.Log(2 * Math.PI)));
    }

    private static (LastLayerModel<Sequential> Model, Tensor X, Tensor Y, Tensor Design) Line(int outputs)
    {
        random.manual_seed(1);
        var model = new LastLayerModel<Sequential>(Sequential(("line", Linear(3, outputs))));
        model.to(ScalarType.Float64);
        var x = randn(40, 3, dtype: ScalarType.Float64);
        var design = cat([x, ones(40, 1, dtype: ScalarType.Float64)], 1);
        var y = design.mm(randn(4, outputs, dtype: ScalarType.Float64)) + Sigma * randn(40, outputs, dtype: ScalarType.Float64);
        return (model, x, y, design);
    }

    private static nn.Module Child(Sequential network, string name) => network.named_children().Single(child => child.name == name).module;

    private static TensorDataSet Blobs(out Sequential network)
    {
        random.manual_seed(5);
        network = Sequential(("hidden", Linear(2, 8)), ("tanh", Tanh()), ("output", Linear(8, 3)));
        var targets = arange(300, dtype: ScalarType.Int64).remainder(3);
        var centers = tensor(new[,] { { 0f, 1 }, { 1, -1 }, { -1, -1 } });
        return new TensorDataSet(centers.index_select(0, targets) + 0.7 * randn(300, 2), targets);
    }
}
