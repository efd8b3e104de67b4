using BayesGen.Laplace;

namespace BayesGen.Tests.LastLayers;

/// <summary>The bound of a variational last layer of classes against sampling and finite differences, and its maximum.</summary>
public sealed class ClassBoundTests
{
    private const int Outputs = 3;
    private const int Inputs = 4;
    private const double Precision = 0.8;

    private static readonly CategoricalLikelihood Plain = new(-100, classWeights: null, labelSmoothing: 0);

    [Theory]
    [InlineData(LastLayerCovariance.PerOutput)]
    [InlineData(LastLayerCovariance.Diagonal)]
    public void TheBoundIsJensensAndBelowTheLikelihood(LastLayerCovariance covariance)
    {
        using var scope = NewDisposeScope();
        using var data = SomeData(40);
        var bound = new ClassBound(data, Plain, known: null, covariance);
        var means = randn(Outputs, Inputs, dtype: ScalarType.Float64);
        var curvature = bound.At(means, covariances: null).Curvature;
        using var covariances = Of(covariance, curvature);
        var value = bound.At(means, covariances).Fit;

        // Samples of the weights: of each example the mean of log p, and the logarithm of the mean of the sum of exponentials.
        const int samples = 20_000;
        var (rows, targets) = Whole(data);
        var deviations = covariances.Variances(rows).sqrt();
        var logits = rows.mm(means.t()).unsqueeze(0) + deviations.unsqueeze(0) * randn(samples, 40, Outputs, dtype: ScalarType.Float64);
        var likelihood = logits.log_softmax(2).gather(2, targets.reshape(1, 40, 1).expand(samples, 40, 1)).mean([0]).sum().item<double>();
        var jensen = (rows.mm(means.t()).gather(1, targets.unsqueeze(1)).squeeze(1)
            - (logits.logsumexp(2).logsumexp(0) - Math.Log(samples))).sum().item<double>();
        Assert.Equal(jensen, value, 0.02 * Math.Abs(jensen));
        Assert.True(value < likelihood, $"the bound {value} is not below {likelihood}");
        Assert.True(value > 1.5 * likelihood, $"the bound {value} is far below {likelihood}");
    }

    /// <summary>In the means, and in the covariances, where it is -(1/2) sum_n r_nk phi_n phi_n^T.</summary>
    [Theory]
    [InlineData(LastLayerCovariance.PerOutput, false)]
    [InlineData(LastLayerCovariance.Diagonal, false)]
    [InlineData(LastLayerCovariance.PerOutput, true)]
    public void TheSlopesAreThoseOfFiniteDifferences(LastLayerCovariance covariance, bool isWeighted)
    {
        using var scope = NewDisposeScope();
        using var data = SomeData(30);
        var known = tensor(new[] { 0.2, -0.4, 0.1 });
        var likelihood = isWeighted ? new CategoricalLikelihood(-100, [0.5, 2, 1], labelSmoothing: 0.2) : Plain;
        var bound = new ClassBound(data, likelihood, known, covariance);
        var means = randn(Outputs, Inputs, dtype: ScalarType.Float64) * 0.5;
        using var covariances = Of(covariance, bound.At(means, covariances: null).Curvature);
        var terms = bound.At(means, covariances);
        const double h = 1e-5;
        for (var k = 0; k < Outputs; k++)
            for (var i = 0; i < Inputs; i++)
            {
                var slope = (bound.At(Moved(k, i, h), covariances).Fit - bound.At(Moved(k, i, -h), covariances).Fit) / (2 * h);
                Assert.Equal(slope, terms.Gradient[k, i].item<double>(), 1e-6);
                using var more = Spread(k, i, h);
                using var less = Spread(k, i, -h);
                var ofVariance = (bound.At(means, more).Fit - bound.At(means, less).Fit) / (2 * h);
                var stated = covariance == LastLayerCovariance.PerOutput ? terms.Curvature[k, i, i] : terms.Curvature[k, i];
                Assert.Equal(ofVariance, -0.5 * stated.item<double>(), 1e-6);
            }

        Tensor Moved(int k, int i, double by)
        {
            var moved = means.clone();
            moved[k, i] += by;
            return moved;
        }

        // Weight i of output k has another variance: through the precision, whose inverse it is.
        WeightCovariances Spread(int k, int i, double by)
        {
            if (covariance == LastLayerCovariance.Diagonal)
            {
                var variances = 1 / (bound.At(means, covariances: null).Curvature + Precision);
                variances[k, i] += by;
                return DiagonalCovariances.Of(1 / variances - Precision, Precision);
            }

            var whole = linalg.inv(Sums(bound.At(means, covariances: null).Curvature));
            whole[k, i, i] += by;
            return WholeCovariances.Of(linalg.inv(whole) - Precision * Unit(), Precision);
        }
    }

    /// <summary>No direction of the means bends the bound more than the matrix that steps go by says.</summary>
    [Fact]
    public void TheSteepestCurvatureBoundsThatOfTheMeans()
    {
        using var scope = NewDisposeScope();
        using var data = SomeData(30);
        var bound = new ClassBound(data, Plain, known: null, LastLayerCovariance.Diagonal);
        var means = randn(Outputs, Inputs, dtype: ScalarType.Float64) * 0.5;
        var here = bound.At(means, covariances: null);
        const double h = 1e-4;
        for (var trial = 0; trial < 30; trial++)
        {
            var direction = randn(Outputs, Inputs, dtype: ScalarType.Float64);
            var bend = (2 * here.Fit - bound.At(means + h * direction, null).Fit - bound.At(means - h * direction, null).Fit) / (h * h);
            var most = (direction.mm(here.Steepest) * direction).sum().item<double>();
            Assert.InRange(bend, 0.02 * most, most);
        }
    }

    /// <summary>The bound is concave; no weight, variance or precision of the prior beside those that are found makes it higher.</summary>
    [Theory]
    [InlineData(LastLayerCovariance.PerOutput)]
    [InlineData(LastLayerCovariance.Diagonal)]
    public void NothingNearbyIsHigherThanWhatIsFound(LastLayerCovariance covariance)
    {
        using var scope = NewDisposeScope();
        using var data = SomeData(200);
        var options = new VariationalLastLayerOptions { Iterations = 2_000, Tolerance = 1e-12 };
        using var fit = ClassFit.Run(data, Plain, known: null, covariance, options, default);
        Assert.True(fit.HasConverged);
        var bound = new ClassBound(data, Plain, known: null, covariance);
        var terms = bound.At(fit.Means, fit.Covariances);
        Assert.Equal(fit.Bound, terms.Fit - ClassBound.Divergence(fit.Means, fit.Covariances, fit.Precision), 1e-9);
        for (var trial = 0; trial < 20; trial++)
        {
            var moved = fit.Means + 0.03 * randn_like(fit.Means);
            Assert.True(bound.At(moved, fit.Covariances).Fit - ClassBound.Divergence(moved, fit.Covariances, fit.Precision) < fit.Bound);
            var other = terms.Curvature * (1 + 0.2 * (rand(1, dtype: ScalarType.Float64) - 0.5));
            using var spread = Of(covariance, other, fit.Precision);
            Assert.True(bound.At(fit.Means, spread).Fit - ClassBound.Divergence(fit.Means, spread, fit.Precision) < fit.Bound);
            foreach (var factor in (double[])[0.9, 1.1])
                Assert.True(terms.Fit - ClassBound.Divergence(fit.Means, fit.Covariances, factor * fit.Precision) < fit.Bound);
        }
    }

    /// <summary>KL of Gaussians: of one dimension (a (m^2 + s^2) - 1 - log(a s^2)) / 2 each.</summary>
    [Fact]
    public void TheDivergenceIsThatOfGaussians()
    {
        using var scope = NewDisposeScope();
        var means = tensor(new[,] { { 0.5, -1.0 } });
        using var covariances = DiagonalCovariances.Of(tensor(new[,] { { 3.0, 0.2 } }), precision: 0.8);
        double Term(double m, double variance) => 0.5 * (2 * (m * m + variance) - 1 - Math.Log(2 * variance));
        Assert.Equal(Term(0.5, 1 / 3.8) + Term(-1, 1 / 1.0), ClassBound.Divergence(means, covariances, precision: 2), 1e-12);
    }

    private static WeightCovariances Of(LastLayerCovariance covariance, Tensor curvature, double precision = Precision) =>
        covariance == LastLayerCovariance.PerOutput
            ? WholeCovariances.Of(curvature, precision)
            : DiagonalCovariances.Of(curvature, precision);

    private static Tensor Unit() => eye(Inputs, dtype: ScalarType.Float64).unsqueeze(0);

    private static Tensor Sums(Tensor curvature) => curvature + Precision * Unit();

    /// <summary>Three inputs and a bias.</summary>
    private static LastLayerData SomeData(int count)
    {
        random.manual_seed(11);
        var model = new LastLayerModel<nn.Module<Tensor, Tensor>>(nn.Sequential(("line", nn.Linear(Inputs - 1, Outputs))));
        model.to(ScalarType.Float64);
        var x = randn(count, Inputs - 1, dtype: ScalarType.Float64);
        using var data = new TensorDataSet(x, (x[.., 0] + 0.7 * randn(count, dtype: ScalarType.Float64)).clamp(-0.9, 0.9).mul(1.6)
            .add(1).round().to(ScalarType.Int64));
        var layer = LaplaceLayer.Of(model.Arena).Single();
        return LastLayerData.Of(model, model.call, layer, data, Plain, batchSize: 7, default);
    }

    private static (Tensor Rows, Tensor Targets) Whole(LastLayerData data)
    {
        var blocks = new List<(Tensor Rows, Tensor Targets)>();
        data.Read((rows, targets) => blocks.Add((rows.MoveToOuterDisposeScope(), targets.MoveToOuterDisposeScope())), default);
        return Assert.Single(blocks);
    }
}
