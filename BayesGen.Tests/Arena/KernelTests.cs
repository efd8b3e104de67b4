using System.Numerics;

namespace BayesGen.Tests;

/// <summary>The kernels of each family against the posterior's own formulas and their automatic derivatives, in float64.</summary>
public class KernelTests
{
    /// <summary>Several blocks, and a rest that fills no vector.</summary>
    private const int Count = 5003;

    private const double Tolerance = 1e-12;

    /// <summary>Every family that has kernels, so that a new one is held against its graph here.</summary>
    private static readonly Dictionary<string, Type> FamilyTypes = typeof(Posterior).Assembly.GetTypes()
        .Where(type => type is { IsAbstract: false } && typeof(Posterior).IsAssignableFrom(type)
            && typeof(IHasKernel).IsAssignableFrom(type))
        .ToDictionary(type => Static<string>(type, nameof(GaussianPosterior.FamilyName)));

    public static TheoryData<string> Families => [.. FamilyTypes.Keys];

    public static TheoryData<string> LocalFamilies => [.. FamilyTypes.Keys.Where(name => Enum.TryParse<Family>(name, out var family)
        && Static<bool?>(PosteriorFamily.TypeOf(family), nameof(GaussianPosterior.SupportsLocal)) == true)];

    [Theory]
    [MemberData(nameof(Families))]
    public void DrawAndPullBackMatchTheGraph(string family)
    {
        using var scope = NewDisposeScope();
        var (posterior, kernel) = Make(family);
        var weights = posterior.Sample(new NoiseSource(9));
        var gradient = new NoiseSource(10).Normal(weights);
        weights.backward([gradient]);

        var source = new NoiseSource(9);
        List<Tensor> noise = [.. Enumerable.Range(0, kernel.NoiseCount).Select(_ => source.Normal(weights))];
        var drawn = zeros_like(weights, requires_grad: false);
        FlatLoop.Run<double>(Count, kernel.Draw, Rows([.. posterior.Parameters, .. noise, drawn]));
        RequireSame(weights, drawn);

        List<Tensor> gradients = [.. posterior.Parameters.Select(_ => ones(Count, dtype: ScalarType.Float64))];
        FlatLoop.Run<double>(Count, kernel.PullBack, Rows([.. posterior.Parameters, .. noise, gradient, .. gradients]));
        Assert.All(posterior.Parameters.Zip(gradients), pair => RequireSame(pair.First.grad! + 1, pair.Second));
        Assert.Equal(0, gradient.abs().max().item<double>());
    }

    [Theory]
    [MemberData(nameof(LocalFamilies))]
    public void MomentsAndTheirPullBackMatchTheGraph(string family)
    {
        using var scope = NewDisposeScope();
        var (posterior, kernel) = Make(family);
        var (mean, variance) = (posterior.Mean(), posterior.Variance());
        var (ofMean, ofVariance) = (new NoiseSource(10).Normal(mean), new NoiseSource(11).Normal(mean));
        autograd.backward([mean, variance], [ofMean, ofVariance]);

        var (flatMean, flatVariance) = (zeros_like(ofMean), zeros_like(ofMean));
        FlatLoop.Run<double>(Count, kernel.Moments, Rows([.. posterior.Parameters, flatMean, flatVariance]));
        RequireSame(mean, flatMean);
        RequireSame(variance, flatVariance);

        List<Tensor> gradients = [.. posterior.Parameters.Select(_ => ones(Count, dtype: ScalarType.Float64))];
        FlatLoop.Run<double>(Count, kernel.PullBackMoments, Rows([flatVariance, ofMean, ofVariance, .. gradients]));
        Assert.All(posterior.Parameters.Zip(gradients), pair => RequireSame(pair.First.grad! + 1, pair.Second));
        Assert.Equal(0, ofMean.abs().max().item<double>());
        Assert.Equal(0, ofVariance.abs().max().item<double>());
    }

    [Theory]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.Float32, true)]
    [InlineData(ScalarType.Float64, false)]
    [InlineData(ScalarType.Float64, true)]
    public void NoiseMadeByBlocksMatchesNoiseMadeAtOnce(ScalarType dtype, bool isMirrored)
    {
        using var scope = NewDisposeScope();
        var (whole, parts, sum) = (empty(Count, dtype: dtype), empty(Count, dtype: dtype), zeros(Count, dtype: dtype));
        void Fill(Action<NoiseSource> fill)
        {
            var source = new NoiseSource(7);
            using var mirror = isMirrored ? source.Mirror(2) : default;
            fill(source);
            Assert.Equal(isMirrored ? 3 : 1, source.Calls);
        }

        Fill(source => source.FillNormal(whole));
        Fill(source =>
        {
            IFlatSource[] calls = [source.NextNormal()];
            if (dtype == ScalarType.Float32)
                FlatLoop.Run<float>(Count, CopyNoise, calls, 1, Rows([sum, parts]));
            else
                FlatLoop.Run<double>(Count, CopyNoise, calls, 1, Rows([sum, parts]));
        });
        Assert.True(whole.equal(parts).all().item<bool>());
        Assert.True(whole.equal(sum).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void DivergenceAndItsGradientMatchTheGraph(string family)
    {
        using var scope = NewDisposeScope();
        var (posterior, kernel) = Make(family);
        var prior = PriorOf(kernel);
        var kl = ((IHasClosedFormKl)posterior).KlTo(prior)!.sum();
        kl.backward();

        List<Tensor> slopes = [.. posterior.Parameters.Select(_ => ones(Count, dtype: ScalarType.Float64))];
        var sum = FlatLoop.Run<double>(Count, kernel.KlTo(prior)!.Run, Rows([.. posterior.Parameters, .. slopes]));
        Assert.Equal(kl.item<double>(), sum, Math.Abs(sum) * Tolerance);
        Assert.All(posterior.Parameters.Zip(slopes), pair =>
            RequireSame(pair.First.grad ?? zeros(Count, dtype: ScalarType.Float64), pair.Second));
        Assert.Null(kernel.KlTo(new LaplacePrior(1)));
    }

    [Fact]
    public void SinglePrecisionMatchesDoubleUpToRounding()
    {
        using var scope = NewDisposeScope();
        foreach (var family in FamilyTypes.Keys)
        {
            var (posterior, kernel) = Make(family);
            var prior = PriorOf(kernel);
            List<Tensor> single = [.. posterior.Parameters.Select(parameter => parameter.detach().to(ScalarType.Float32))];
            List<Tensor> slopes = [.. single.Select(parameter => zeros_like(parameter))];
            var sum = FlatLoop.Run<float>(Count, kernel.KlTo(prior)!.Run, Rows([.. single, .. slopes]));
            var expected = ((IHasClosedFormKl)posterior).KlTo(prior)!.sum().item<double>();
            Assert.InRange(sum / expected, 1 - 1e-5, 1 + 1e-5);
        }
    }

    [Fact]
    public void DivergenceDoesNotDependOnTheNumberOfThreads()
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        var parameters = Enumerable.Range(0, 2).Select(seed => new NoiseSource(seed).Normal(empty(200_001))).ToList();
        List<Tensor> slopes = [.. parameters.Select(parameter => zeros_like(parameter))];
        try
        {
            double Sum(int count)
            {
                set_num_threads(count);
                return FlatLoop.Run<float>(
                    200_001, GaussianKernel.Instance.KlTo(new GaussianPrior())!.Run, Rows([.. parameters, .. slopes]));
            }

            Assert.Equal(Sum(1), Sum(3));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    /// <summary>The whole way: a step through the arena's kernels and one through the graph leave the same gradients.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AStepByKernelsMatchesAStepByTheGraph(bool isPruned)
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        model.to(ScalarType.Float64);
        if (isPruned)
        {
            using (no_grad())
                model.Posterior.Conv.Weight.LogAlpha.copy_(randn_like(model.Posterior.Conv.Weight.LogAlpha));
            var report = model.Prune(new() { [Family.Gaussian] = 0.5, [Family.LogUniform] = 0 });
            Assert.All(report.Weights.Where(weight => weight.Count > 4), weight => Assert.InRange(weight.Kept, 1, weight.Count - 1));
        }

        var input = randn(3, 1, 28, 28, dtype: ScalarType.Float64);
        var target = tensor(new long[] { 1, 2, 3 });
        Assert.All(model.Arena.Families, family => Assert.NotNull(family.Kernel));

        List<Tensor> Gradients()
        {
            model.Arena.ZeroGradients(setToNone: true);
            using (var draw = model.Draw(3))
            {
                var loss = new ElboLoss();
                draw.Backward(nn.functional.cross_entropy(model.call(input), target) + loss.Divergence(draw) * 0.01);
            }

            return [.. model.Arena.Parameters().Where(entry => entry.Name != "deterministic")
                .Select(entry => entry.Parameter.grad!.clone())];
        }

        var byKernels = Gradients();
        foreach (var family in model.Arena.Families)
            family.DrawByGraph();
        var byGraph = Gradients();
        Assert.Equal(6, byGraph.Count);
        Assert.All(byKernels.Zip(byGraph), pair => RequireSame(pair.First, pair.Second));
    }

    private static nint[] Rows(IEnumerable<Tensor> tensors) => [.. tensors.Select(TensorMemory.AddressOf)];

    private static void RequireSame(Tensor expected, Tensor actual)
    {
        var error = ((expected - actual).abs() / (expected.abs() + 1)).max().item<double>();
        Assert.True(error <= Tolerance, $"The largest relative error is {error:G3}.");
    }

    /// <summary>Rows: a copy, the noise.</summary>
    private static Vector<T> CopyNoise<T>(FlatRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (copy, noise) = (rows[0], rows[1]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
            copy[i] = noise[i];
        return Vector<T>.Zero;
    }

    /// <summary>A prior that the kernels score in closed form, away from its defaults where it has numbers.</summary>
    private static Prior PriorOf(FamilyKernel kernel) =>
        ((Prior[])[new GaussianPrior(0.3, 1.7), new LogUniformPrior()]).First(prior => kernel.KlTo(prior) is not null);

    private static T Static<T>(Type type, string property) => (T)type.GetProperty(property)?.GetValue(null)!;

    /// <summary>Parameters all over their ranges: log alpha of SparseDropout leaves its clamp on both sides.</summary>
    private static (Posterior Posterior, FamilyKernel Kernel) Make(string family)
    {
        var type = FamilyTypes[family];
        List<Tensor> parameters = [.. Static<IReadOnlyList<string>>(type, nameof(GaussianPosterior.ParameterNames)).Select((name, i) =>
        {
            var (scale, shift) = name switch
            {
                "mu" => (2.0, 0.0),
                "log_sigma" => (2, -2),
                "log_sigma2" => (5, 0),
                "scale_mu" => (1, 1),
                "log_alpha" => (4, 0),
                _ => throw new ArgumentException($"Say over which range '{name}' of {family} is tested.", nameof(family)),
            };
            return (new NoiseSource(i + 1).Normal(empty(Count, dtype: ScalarType.Float64)) * scale + shift).requires_grad_();
        })];
        var posterior = (Posterior)type.GetMethod(nameof(GaussianPosterior.Over))!.Invoke(null, [parameters])!;
        return (posterior, ((IHasKernel)posterior).Kernel);
    }
}
