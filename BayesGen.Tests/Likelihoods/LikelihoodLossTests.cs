using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>The loss of each likelihood against hand-worked numbers and central differences.</summary>
public sealed class LikelihoodLossTests
{
    /// <summary>The labels are those that the targets have, not what they are rounded to in the dtype of the outputs.</summary>
    [Theory]
    [InlineData(ScalarType.Float32, -100)]
    [InlineData(ScalarType.BFloat16, -999)]
    public void AnIgnoredLabelAddsNothingToBinaryCrossEntropy(ScalarType dtype, long label)
    {
        using var scope = NewDisposeScope();
        var output = tensor(new[] { 0.5f, 3f, -1f }).to(dtype);
        var (all, known) = (tensor(new[] { 1L, label, 0L }), tensor(new[] { 1L, 0L }));
        var few = output.index_select(0, tensor(new[] { 0L, 2L }));
        var loss = Likelihood.Bernoulli(ignoredLabel: label).FitLoss;
        Assert.Equal(
            2 * loss.Mean(few, known).to(ScalarType.Float64).item<double>(),
            3 * loss.Mean(output, all).to(ScalarType.Float64).item<double>(), 1e-2);
        if (label == -100)
            Assert.Equal(
                2 * FitLoss.BinaryCrossEntropy.Mean(few, known).item<float>(),
                3 * FitLoss.BinaryCrossEntropy.Mean(output, all).item<float>(), 1e-5);
    }

    public static TheoryData<string> Names { get; } = [.. Cases().Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheSlopeOfALossIsThatOfItsValue(string name)
    {
        const double Step = 1e-5;
        using var scope = NewDisposeScope();
        var (_, likelihood, output, targets) = Cases().Single(one => one.Name == name);
        var leaf = output.clone().requires_grad_();
        likelihood.FitLoss.Mean(leaf, targets).backward();
        var slopes = PlainNumbers.Flat(leaf.grad!);
        Assert.Contains(slopes, slope => slope != 0);
        for (var i = 0; i < slopes.Length; i++)
        {
            var (up, down) = (Moved(i, Step), Moved(i, -Step));
            Assert.Equal((up - down) / (2 * Step), slopes[i], 1e-7);
        }

        double Moved(int i, double by)
        {
            var moved = output.clone();
            moved.view(-1)[i] += by;
            return likelihood.FitLoss.Mean(moved, targets).item<double>();
        }
    }

    [Fact]
    public void ClassWeightsAndSmoothingMatchTheirFormula()
    {
        using var scope = NewDisposeScope();
        double[] p = [0.7, 0.2, 0.1], weights = [1, 2, 5];
        var logits = tensor(p, [1, 3], ScalarType.Float64, CPU).log();
        var label = tensor(new long[] { 2 }, [1], device: CPU);
        Assert.Equal(-5 * Math.Log(0.1), Fit(Likelihood.Categorical(classWeights: weights)), 1e-12);
        var smooth = 0.8 * -Math.Log(0.1) + 0.2 / 3 * p.Sum(one => -Math.Log(one));
        Assert.Equal(smooth, Fit(Likelihood.Categorical(labelSmoothing: 0.2)), 1e-12);
        var both = 0.8 * 5 * -Math.Log(0.1) + 0.2 / 3 * p.Zip(weights, (one, weight) => -weight * Math.Log(one)).Sum();
        Assert.Equal(both, Fit(Likelihood.Categorical(classWeights: weights, labelSmoothing: 0.2)), 1e-12);
        var soft = tensor(new[] { 0.5, 0.5, 0 }, [1, 3], ScalarType.Float64, CPU);
        Assert.Equal(
            0.5 * -Math.Log(0.7) + 0.5 * 2 * -Math.Log(0.2),
            Likelihood.Categorical(classWeights: weights).FitLoss.Mean(logits, soft).item<double>(), 1e-12);

        double Fit(Likelihood likelihood) => likelihood.FitLoss.Mean(logits, label).item<double>();
    }

    [Fact]
    public void APlainCategoricalIsTheCrossEntropyOfToday()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var (logits, classes) = (randn([6, 4, 3], dtype: ScalarType.Float32, device: CPU), randint(0, 4, new long[] { 6, 3 }, device: CPU));
        Assert.Equal(
            FitLoss.CrossEntropy.Mean(logits, classes).item<float>(), Likelihood.Categorical().FitLoss.Mean(logits, classes).item<float>());
        var all = Likelihood.Categorical(ignoredLabel: 9, classWeights: [1, 1, 1, 1]);
        Assert.Equal(FitLoss.CrossEntropy.Mean(logits, classes).item<float>(), all.FitLoss.Mean(logits, classes).item<float>(), 1e-5);
    }

    [Fact]
    public void TheIgnoredLabelAddsNothingAndItsExampleCounts()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var logits = randn([2, 3, 4], dtype: ScalarType.Float64, device: CPU);
        var labels = tensor(new long[] { 0, 255, 2, 1, 255, 255, 255, 255 }, [2, 4], device: CPU);
        var logs = logits.log_softmax(1);
        var expected = -(logs[0, 0, 0] + logs[0, 2, 2] + logs[0, 1, 3]).item<double>() / 2;
        Assert.Equal(expected, Likelihood.Categorical(ignoredLabel: 255).FitLoss.Mean(logits, labels).item<double>(), 1e-12);
        var z = randn([2, 2], dtype: ScalarType.Float64, device: CPU);
        var yes = tensor(new long[] { 1, -100, -100, 0 }, [2, 2], device: CPU);
        var byHand = -(z[0, 0].sigmoid().log() + (1 - z[1, 1].sigmoid()).log()).item<double>() / 2;
        Assert.Equal(byHand, Likelihood.Bernoulli().FitLoss.Mean(z, yes).item<double>(), 1e-12);
    }

    [Fact]
    public void OneLogitTakesRowsAndColumnsAndWeighsAYes()
    {
        using var scope = NewDisposeScope();
        var z = tensor(new[] { 0.4, -1.1 }, [2], ScalarType.Float64, CPU);
        var targets = tensor(new[] { 1f, 0 }, [2], device: CPU);
        var expected = (3 * Math.Log(1 + Math.Exp(-0.4)) + Math.Log(1 + Math.Exp(-1.1))) / 2;
        var loss = Likelihood.Bernoulli(positiveWeight: 3).FitLoss;
        Assert.Equal(expected, loss.Mean(z, targets).item<double>(), 1e-12);
        Assert.Equal(expected, loss.Mean(z.unsqueeze(1), targets).item<double>(), 1e-12);
        Assert.Equal(expected, loss.Mean(z, targets.to(ScalarType.Bool).unsqueeze(1)).item<double>(), 1e-12);
        Assert.Contains("Outputs are [2, 2]", Assert.Throws<ArgumentException>(
            () => loss.Mean(zeros(2, 2, dtype: ScalarType.Float64, device: CPU), targets)).Message);
    }

    [Fact]
    public void NumbersWithoutATargetAddNothing()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var mean = randn([2, 1, 3], dtype: ScalarType.Float64, device: CPU);
        var both = randn([2, 2, 3], dtype: ScalarType.Float64, device: CPU);
        var rates = mean.exp().round();
        foreach (var (likelihood, output, targets) in new (RegressionLikelihood, Tensor, Tensor)[]
        {
            (Likelihood.Gaussian(0.5), mean, randn_like(mean)), (Likelihood.LearnedGaussian, both, randn_like(mean)),
            (Likelihood.StudentT(4, 0.5), mean, randn_like(mean)), (Likelihood.StudentT(), both, randn_like(mean)),
            (Likelihood.Poisson, mean, rates),
        })
        {
            var holes = targets.clone();
            holes[1, 0, 2] = double.NaN;
            holes[0, 0, 0] = double.NaN;
            var (leaf, known) = (output.clone().requires_grad_(), Fits(likelihood, output, targets));
            var fit = likelihood.IgnoringNaN().FitLoss.Mean(leaf, holes);
            fit.backward();
            Assert.Equal((known.Sum() - known[0] - known[5]) / 2, fit.item<double>(), 1e-10);
            Assert.True(leaf.grad!.isfinite().all().item<bool>());
            Assert.Equal(0, leaf.grad![1, .., 2].abs().sum().item<double>());
        }

        static double[] Fits(RegressionLikelihood likelihood, Tensor output, Tensor targets) =>
            [.. from i in Enumerable.Range(0, 2) from l in Enumerable.Range(0, 3)
                select likelihood.FitLoss.Mean(output[i..(i + 1), .., l..(l + 1)], targets[i..(i + 1), .., l..(l + 1)]).item<double>()];
    }

    [Fact]
    public void DensitiesAreThoseOfTheirDistribution()
    {
        using var scope = NewDisposeScope();
        var one = ones(1, 1, dtype: ScalarType.Float64, device: CPU);
        var log = one.reshape(1) * Math.Log(2.5);
        // The t of 3 degrees of freedom at 2 scales from its middle, scale 0.5: 2 * 6 sqrt(3) / (pi (3 + 4)^2).
        var density = 2 * 6 * Math.Sqrt(3) / (Math.PI * 49);
        Assert.Equal(-Math.Log(density), Likelihood.StudentT(3, 0.5).FitLoss.Mean(one * 0, one).item<double>(), 1e-12);
        var learned = cat([one * 0, one * 2 * Math.Log(0.5)], 1);
        Assert.Equal(-Math.Log(density), Likelihood.StudentT(3).FitLoss.Mean(learned, one).item<double>(), 1e-12);
        // Four counts at a rate of 2.5: e^-2.5 2.5^4 / 24.
        Assert.Equal(
            2.5 - 4 * Math.Log(2.5) + Math.Log(24), Likelihood.Poisson.FitLoss.Mean(log, one.reshape(1) * 4).item<double>(), 1e-12);
        Assert.Equal(
            FitLoss.Gaussian(0.3).Mean(one * 0, one).item<double>(), Likelihood.Gaussian(0.3).FitLoss.Mean(one * 0, one).item<double>());
    }

    /// <summary>Float64 outputs and targets that fit.</summary>
    private static IEnumerable<(string Name, Likelihood Likelihood, Tensor Output, Tensor Targets)> Cases()
    {
        var noise = new NoiseSource(7);
        Tensor Normal(params long[] shape) => noise.Normal(zeros(shape, dtype: ScalarType.Float64, device: CPU));
        Tensor Whole(long below, params long[] shape) => (Normal(shape).abs() * 100).to(ScalarType.Int64).remainder(below);
        yield return ("classes", Likelihood.Categorical(), Normal(4, 3), Whole(3, 4));
        yield return ("weighted classes over places", Likelihood.Categorical(2, [1, 3], 0.1), Normal(4, 2, 5), Whole(3, 4, 5));
        yield return ("yes and no", Likelihood.Bernoulli(4), Normal(5), Whole(2, 5));
        yield return ("labels", Likelihood.Bernoulli(), Normal(5, 3), Whole(2, 5, 3));
        yield return ("known noise", Likelihood.Gaussian(0.7), Normal(4, 2), Normal(4, 2));
        yield return ("learned noise", Likelihood.LearnedGaussian, Normal(4, 4), Normal(4, 2));
        yield return ("scaled noise", GaussianNoise.Learned.Scaled(0.5, 2).Likelihood, Normal(4, 4, 3), Normal(4, 2, 3));
        yield return ("learned noise with holes", Likelihood.LearnedGaussian.IgnoringNaN(), Normal(4, 4), Normal(4, 2).log());
        yield return ("known tails", Likelihood.StudentT(3, 0.4), Normal(6), Normal(6));
        yield return ("learned tails", Likelihood.StudentT(5), Normal(4, 4, 2), Normal(4, 2, 2));
        yield return ("counts", Likelihood.Poisson, Normal(4, 3), Whole(6, 4, 3));
    }
}
