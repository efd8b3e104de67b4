using TorchSharp.Modules;

namespace BayesGen.Tests.Laplace;

/// <summary>
/// The Laplace approximation against truth: linear models, whose posterior it is; the Gauss-Newton matrix by finite differences.
/// </summary>
public sealed class LaplaceTests
{
    private const double Sigma = 0.4;
    private const double Precision = 0.7;

    /// <summary>
    /// y ~ N(X w, s^2) with w ~ N(0, 1 / a): covariance S = (X'X / s^2 + a)^-1, mean S X'y / s^2, predictive variance s^2 + x'Sx, and
    /// evidence N(y; 0, s^2 + XX' / a).
    /// </summary>
    [Theory]
    [InlineData(LaplaceStructure.Full)]
    [InlineData(LaplaceStructure.Kronecker)]
    public void OfALinearModelItIsThePosterior(LaplaceStructure structure)
    {
        using var scope = NewDisposeScope();
        var (model, x, y, design) = Line();
        using var data = new TensorDataSet(x.clone(), y.clone());
        using var laplace = model.FitLaplace(data, new LaplaceOptions
        {
            Structure = structure, Noise = GaussianNoise.Fixed(Sigma), PriorPrecision = Precision, BatchSize = 7,
        });
        var covariance = linalg.inv(design.t().mm(design) / (Sigma * Sigma) + Precision * eye(4, dtype: ScalarType.Float64));
        var fresh = randn(5, 3, dtype: ScalarType.Float64);
        var prediction = laplace.Predict(fresh, GaussianNoise.Fixed(Sigma));
        var rows = cat([fresh, ones(5, 1, dtype: ScalarType.Float64)], 1);
        var expected = (rows.mm(covariance) * rows).sum(1);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(expected[i].item<double>(), prediction.EpistemicVariance[i][0], 1e-10);
            Assert.Equal(Sigma * Sigma, prediction.AleatoricVariance[i][0], 1e-10);
            Assert.Equal(expected[i].item<double>() + Sigma * Sigma, prediction.Variance[i][0], 1e-10);
        }

        Assert.Equal(Evidence(design, y, Precision), laplace.LogMarginalLikelihood, 1e-8);
    }

    [Trait("Lane", "Slow")]
    [Fact]
    public void SamplesOfTheLastLayerHaveItsMoments()
    {
        using var scope = NewDisposeScope();
        var (model, x, y, _) = Line();
        using var data = new TensorDataSet(x.clone(), y.clone());
        var options = new LaplaceOptions { Noise = GaussianNoise.Fixed(Sigma), PriorPrecision = Precision };
        using var closed = model.FitLaplace(data, options);
        var fresh = randn(4, 3, dtype: ScalarType.Float64);
        var exact = closed.Predict(fresh, GaussianNoise.Fixed(Sigma));
        foreach (var structure in Enum.GetValues<LaplaceStructure>())
        {
            using var sampled = model.FitLaplace(data, options with { Predictive = LaplacePredictive.Sampled, Structure = structure });
            using var linearized = model.FitLaplace(data, options with { Structure = structure });
            var samples = sampled.Predict(fresh, GaussianNoise.Fixed(Sigma), samples: 8_000);
            var expected = linearized.Predict(fresh, GaussianNoise.Fixed(Sigma));
            for (var i = 0; i < 4; i++)
            {
                Assert.Equal(1, samples.EpistemicVariance[i][0] / expected.EpistemicVariance[i][0], 0.08);
                Assert.Equal(exact.Mean[i][0], samples.Mean[i][0], 0.05);
            }
        }
    }

    /// <summary>A diagonal knows 1 / (H_ii + a), which is less than the variance where inputs are correlated.</summary>
    [Fact]
    public void TheDiagonalIsThatOfThePrecision()
    {
        using var scope = NewDisposeScope();
        var (model, x, y, design) = Line();
        using var data = new TensorDataSet(x.clone(), y.clone());
        using var laplace = model.FitLaplace(data, new LaplaceOptions
        {
            Structure = LaplaceStructure.Diagonal, Noise = GaussianNoise.Fixed(Sigma), PriorPrecision = Precision,
        });
        var diagonal = design.square().sum([0]) / (Sigma * Sigma);
        Assert.True(((laplace.Layers[0].Curvature.Eigenvalues.flatten() - diagonal).abs().max() < 1e-9).item<bool>());
    }

    /// <summary>The precision that is found: no other in sight has a higher evidence, and the noise that is found neither.</summary>
    [Fact]
    public void ThePriorAndTheNoiseMaximizeTheEvidence()
    {
        using var scope = NewDisposeScope();
        var (model, x, y, _) = Line();
        using var data = new TensorDataSet(x.clone(), y.clone());
        var options = new LaplaceOptions { Noise = GaussianNoise.Fixed(2 * Sigma), FitNoise = true };
        using var found = model.FitLaplace(data, options);
        Assert.InRange(Math.Sqrt(found.NoiseScale) * 2 * Sigma, 0.5 * Sigma, 1.5 * Sigma);
        var precision = found.PriorPrecisions["line"];
        var scale = Math.Sqrt(found.NoiseScale);
        foreach (var (a, s) in new[] { (1.1, 1.0), (0.9, 1.0), (1.0, 1.03), (1.0, 0.97), (1.0, 1.0) })
        {
            using var other = model.FitLaplace(
                data, new LaplaceOptions { Noise = GaussianNoise.Fixed(2 * Sigma * scale * s), PriorPrecision = precision * a });
            var difference = found.LogMarginalLikelihood - other.LogMarginalLikelihood;
            Assert.True((a, s) == (1.0, 1.0) ? Math.Abs(difference) < 1e-6 : difference > 0, $"precision {a}, sigma {s}: {difference}");
        }
    }

    /// <summary>H = sum_n J^T (diag(p) - pp') J with J by central differences of every weight.</summary>
    [Fact]
    public void TheCurvatureOfClassesIsTheGaussNewtonMatrix()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        using var model = new BayesianLaplaceCurve(new LaplaceCurve(3, 4, 3));
        model.to(ScalarType.Float64);
        model.eval();
        var x = randn(6, 3, dtype: ScalarType.Float64);
        using var data = new TensorDataSet(x.clone(), tensor(new long[] { 0, 1, 2, 1, 0, 0 }));
        var network = model.Network;
        var truth = GaussNewton(model, x, network.Hidden, network.Output);

        using var diagonal = model.FitLaplace(
            data, new LaplaceOptions { Structure = LaplaceStructure.Diagonal, PriorPrecision = 1, BatchSize = 4 });
        var expected = truth.Select(matrix => matrix.diagonal()).ToList();
        for (var layer = 0; layer < 2; layer++)
            Assert.True(
                ((diagonal.Layers[layer].Curvature.Eigenvalues.flatten() - expected[layer]).abs().max() < 1e-6).item<bool>(),
                $"layer {layer} has another diagonal");
    }

    /// <summary>One layer of classes: log p(D | w*) - a |w*|^2 / 2 + P log a / 2 - log det(H + a) / 2 with H by differences.</summary>
    [Fact]
    public void TheEvidenceOfClassesIsThatOfTheWholeMatrix()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        using var model = new BayesianLaplaceLine(new LaplaceLine(3, 3));
        model.to(ScalarType.Float64);
        model.eval();
        var x = randn(8, 3, dtype: ScalarType.Float64);
        var classes = tensor(new long[] { 0, 1, 2, 1, 0, 0, 2, 2 });
        using var data = new TensorDataSet(x.clone(), classes.clone());
        using var laplace = model.FitLaplace(data, new LaplaceOptions { PriorPrecision = Precision });
        Assert.Equal(LaplaceStructure.Full, laplace.Structure);
        var line = model.Network.Line;
        var matrix = GaussNewton(model, x, line)[0];
        var logits = model.call(x);
        var likelihood = -nn.functional.cross_entropy(logits, classes, reduction: nn.Reduction.Sum).item<double>();
        var squares = (line.weight.square().sum() + line.bias!.square().sum()).item<double>();
        var determinant = (linalg.eigvalsh(matrix) + Precision).log().sum().item<double>();
        Assert.Equal(
            likelihood - Precision * squares / 2 + 12 * Math.Log(Precision) / 2 - determinant / 2, laplace.LogMarginalLikelihood, 1e-5);
    }

    /// <summary>Of one example the Kronecker product is the whole matrix.</summary>
    [Trait("Lane", "Slow")]
    [Fact]
    public void OfOneExampleTheFactorsAreExact()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        using var model = new BayesianLastLayer(new LastLayer());
        using var data = new TensorDataSet(randn(1, 3), tensor(new long[] { 2 }));
        using var whole = model.FitLaplace(data, new LaplaceOptions { PriorPrecision = 1 });
        using var factors = model.FitLaplace(data, new LaplaceOptions { PriorPrecision = 1, Structure = LaplaceStructure.Kronecker });
        Assert.Equal(whole.LogMarginalLikelihood, factors.LogMarginalLikelihood, 1e-6);
        var x = randn(50, 3);
        Assert.All(whole.Predict(x, 4_000).Probabilities.Zip(factors.Predict(x, 4_000).Probabilities), pair =>
            Assert.True(pair.First.Zip(pair.Second, (p, q) => Math.Abs(p - q)).Max() < 0.04));
    }

    /// <summary>
    /// Two layers: the variance of the output is sum over layers of J (H + a)^-1 J^T with diagonals and J by differences.
    /// </summary>
    [Fact]
    public void TheLinearizedVarianceOfAllLayersIsThatOfTheJacobian()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        using var model = new BayesianLaplaceCurve(new LaplaceCurve(3, 4, 1));
        model.to(ScalarType.Float64);
        model.eval();
        var x = randn(9, 3, dtype: ScalarType.Float64);
        using var data = new TensorDataSet(x.clone(), randn(9, 1, dtype: ScalarType.Float64));
        using var laplace = model.FitLaplace(data, new LaplaceOptions
        {
            Structure = LaplaceStructure.Diagonal, Noise = GaussianNoise.Fixed(Sigma), PriorPrecision = Precision,
        });
        var fresh = randn(4, 3, dtype: ScalarType.Float64);
        var found = laplace.Predict(fresh, GaussianNoise.Fixed(Sigma));
        Linear[] layers = [model.Network.Hidden, model.Network.Output];
        var expected = zeros(4, dtype: ScalarType.Float64);
        for (var i = 0; i < 2; i++)
        {
            var jacobian = Jacobian(model, fresh, layers[i]).squeeze(1);
            expected += jacobian.square().mv(1 / (laplace.Layers[i].Curvature.Eigenvalues.flatten() + Precision));
        }

        for (var i = 0; i < 4; i++)
            Assert.Equal(expected[i].item<double>(), found.EpistemicVariance[i][0], 1e-6);
    }

    [Fact]
    public void TheNetworkStaysAsItIs()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        using var model = new BayesianLaplaceCurve(new LaplaceCurve(3, 4, 3));
        model.train();
        var x = randn(6, 3);
        var before = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        using var data = new TensorDataSet(x.clone(), tensor(new long[] { 0, 1, 2, 1, 0, 0 }));
        foreach (var predictive in Enum.GetValues<LaplacePredictive>())
        {
            using var laplace = model.FitLaplace(data, new LaplaceOptions { Predictive = predictive });
            var prediction = laplace.Predict(x, samples: 20, new PredictionOptions { BatchSize = 4 });
            Assert.Equal((20, 6), (prediction.Samples, prediction.Count));
            Assert.True(prediction.MutualInformation.Min() > 0);
            Assert.Equal(6, laplace.EvaluatePredictions(data).Prediction.Count);
        }

        Assert.True(model.training);
        Assert.All(before, entry => Assert.True(TensorBits.Same(entry.Value, model.state_dict()[entry.Key])));
        using var draw = model.Draw();
    }

    /// <summary>
    /// A line through noisy points, its weights the means of the posterior, and its design matrix with the 1 of the bias.
    /// </summary>
    private static (BayesianLaplaceLine Model, Tensor X, Tensor Y, Tensor Design) Line()
    {
        random.manual_seed(1);
        var x = randn(30, 3, dtype: ScalarType.Float64);
        var design = cat([x, ones(30, 1, dtype: ScalarType.Float64)], 1);
        var y = design.mm(tensor(new[] { 0.8, -1.3, 0.2, 0.5 }).unsqueeze(1)) + Sigma * randn(30, 1, dtype: ScalarType.Float64);
        var mean = linalg.solve(
            design.t().mm(design) / (Sigma * Sigma) + Precision * eye(4, dtype: ScalarType.Float64), design.t().mm(y) / (Sigma * Sigma));
        var model = new BayesianLaplaceLine(new LaplaceLine(3, 1));
        model.to(ScalarType.Float64);
        using (no_grad())
        {
            model.Posterior.Line.Weight.Mu.copy_(mean.narrow(0, 0, 3).t());
            model.Posterior.Line.Bias.Mu.copy_(mean.narrow(0, 3, 1).flatten());
        }

        return (model, x, y, design);
    }

    private static double Evidence(Tensor design, Tensor y, double precision)
    {
        var covariance = Sigma * Sigma * eye(30, dtype: ScalarType.Float64) + design.mm(design.t()) / precision;
        var determinant = linalg.eigvalsh(covariance).log().sum().item<double>();
        var distance = y.t().mm(linalg.solve(covariance, y)).item<double>();
        return -0.5 * (30 * Math.Log(2 * Math.PI) + determinant + distance);
    }

    private static List<Tensor> GaussNewton<TModel>(TModel model, Tensor x, params Linear[] layers)
        where TModel : nn.Module<Tensor, Tensor>
    {
        var p = model.call(x).detach().softmax(1);
        var curvature = diag_embed(p) - p.unsqueeze(2).bmm(p.unsqueeze(1));
        return [.. layers.Select(layer =>
        {
            var jacobian = Jacobian(model, x, layer);
            return jacobian.transpose(1, 2).bmm(curvature).bmm(jacobian).sum([0]);
        })];
    }

    /// <summary>[N, C, weights] by central differences, weights row by row with the bias behind each row.</summary>
    private static Tensor Jacobian<TModel>(TModel model, Tensor x, Linear layer)
        where TModel : nn.Module<Tensor, Tensor>
    {
        const double Step = 1e-5;
        using var _ = no_grad();
        var (outputs, inputs) = (layer.weight.shape[0], layer.weight.shape[1]);
        var columns = new List<Tensor>();

        // The first forward writes the mean; what is changed after it stays.
        model.call(x);
        for (var o = 0L; o < outputs; o++)
            for (var i = 0L; i <= inputs; i++)
            {
                var cell = i < inputs ? layer.weight[o, i] : layer.bias![o];
                cell.add_(Step);
                var above = model.call(x).clone();
                cell.sub_(2 * Step);
                var below = model.call(x).clone();
                cell.add_(Step);
                columns.Add((above - below) / (2 * Step));
            }

        return stack(columns, 2);
    }
}
