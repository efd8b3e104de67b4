namespace BayesGen.Tests.Laplace;

/// <summary>What a Laplace approximation is not for, and how large it may get.</summary>
public sealed class LaplaceRefusalTests
{
    [Fact]
    public void NetworksThatItIsNotForAreRefusedInWords()
    {
        using var scope = NewDisposeScope();
        using var images = new TensorDataSet(randn(2, 1, 4, 4), tensor(new long[] { 0, 1 }));
        using var conv = new BayesianGaussianConvolution(new GaussianConvolution());
        Assert.Contains("'conv.weight' belongs to a Conv2d", Assert.Throws<NotSupportedException>(() => conv.FitLaplace(images)).Message);
        using var rows = new TensorDataSet(randn(4, 3), tensor(new long[] { 0, 0, 0, 0 }));
        using var other = new BayesianSparseDropoutRegressor(new SparseDropoutRegressor());
        Assert.Contains("has the family SparseDropout", Assert.Throws<NotSupportedException>(() => other.FitLaplace(rows)).Message);
        using var plain = new DeterministicModel<LaplaceCurve>(new LaplaceCurve(3, 4, 3));
        Assert.Contains("no Bayesian weight", Assert.Throws<NotSupportedException>(() => plain.FitLaplace(rows)).Message);
        using var curve = new BayesianLaplaceCurve(new LaplaceCurve(3, 4, 3));
        Assert.Contains("2 are Gaussian: hidden, output",
            Assert.Throws<NotSupportedException>(() => curve.FitLaplace(rows, new() { Structure = LaplaceStructure.Full })).Message);
        using var large = new BayesianLaplaceLine(new LaplaceLine(2_048, 1_000));
        Assert.Contains("ask for LaplaceStructure.Kronecker",
            Assert.Throws<NotSupportedException>(() => large.FitLaplace(rows, new() { Structure = LaplaceStructure.Full })).Message);
        Assert.Contains("0 to 2", Assert.Throws<ArgumentException>(() => curve.FitLaplace(
            new TensorDataSet(randn(1, 3), tensor(new long[] { 3 })))).Message);
        using var laplace = curve.FitLaplace(rows);
        Assert.Contains("fitted to classes",
            Assert.Throws<InvalidOperationException>(() => laplace.Predict(randn(1, 3), GaussianNoise.Fixed(1))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => curve.FitLaplace(rows, new() { PriorPrecision = 0 }));
    }

    /// <summary>What follows a layer may write over its outputs; the curvature is that of what the layer put out.</summary>
    [Fact]
    public void AnActivationInPlaceHasTheSameCurvature()
    {
        using var scope = NewDisposeScope();
        using var plain = new BayesianLaplaceRelu(new LaplaceRelu(inPlace: false));
        using var inPlace = new BayesianLaplaceRelu(new LaplaceRelu(inPlace: true));
        inPlace.load_state_dict(plain.state_dict());
        using var data = new TensorDataSet(randn(20, 3), randn(20, 2));
        using var first = plain.FitLaplace(data, new() { Noise = GaussianNoise.Fixed(0.5) });
        using var second = inPlace.FitLaplace(data, new() { Noise = GaussianNoise.Fixed(0.5) });
        Assert.True(first.Layers[0].Curvature.Eigenvalues.max().item<double>() > 0.1);
        Assert.Equal(first.LogMarginalLikelihood, second.LogMarginalLikelihood, 1e-6);
        Assert.True(first.Layers[0].Curvature.Eigenvalues.allclose(second.Layers[0].Curvature.Eigenvalues));
    }

    [Fact]
    public void ANoiseThatCannotBeFittedIsRefused()
    {
        using var scope = NewDisposeScope();
        using var curve = new BayesianLaplaceCurve(new LaplaceCurve(3, 4, 2));
        using var data = new TensorDataSet(randn(4, 3), randn(4, 1));
        Assert.Contains("a noise that is given", Assert.Throws<ArgumentException>(
            () => curve.FitLaplace(data, new() { Noise = GaussianNoise.Learned, FitNoise = true })).Message);
        using var missing = new TensorDataSet(randn(1, 3), full([1, 2], float.NaN, dtype: ScalarType.Float32, device: CPU));
        Assert.Contains("NaN or infinite", Assert.Throws<ArgumentException>(
            () => curve.FitLaplace(missing, new() { Noise = GaussianNoise.Fixed(1) })).Message);
    }

    /// <summary>Factors of 2,049 and 1,000 and as many numbers as weights: 90 MB, where the whole covariance takes 34 TB.</summary>
    [Fact]
    [Trait("Lane", "Slow")]
    public void AThousandClassesOfManyFeaturesHaveFactors()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLaplaceLine(new LaplaceLine(2_048, 1_000));
        using var data = new TensorDataSet(randn(8, 2_048), randint(1_000, [8], dtype: ScalarType.Int64));
        using var laplace = model.FitLaplace(data);
        Assert.Equal(LaplaceStructure.Kronecker, laplace.Structure);
        Assert.Equal(1_000 * 2_049, laplace.Layers[0].Curvature.Eigenvalues.numel());
        var prediction = laplace.Predict(data.Inputs, samples: 3);
        Assert.Equal(1_000, prediction.Probabilities[7].Length);
        Assert.True(prediction.MutualInformation.Max() > 0);
    }
}
