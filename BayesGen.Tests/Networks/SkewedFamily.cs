using static TorchSharp.torch.nn;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>w = location + scale * chi squared of four degrees of freedom: a family whose MAP, at 2, is not its mean, at 4.</summary>
[PosteriorFamily("Skewed", DefaultPrior = typeof(GaussianPrior))]
[PosteriorParameter("location", HasWeightDecay = true)]
[PosteriorParameter("log_scale")]
public sealed class SkewedPosterior : Posterior, IPosterior<SkewedPosterior>, IHasDensity
{
    private SkewedPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    public Tensor Location => Parameters[0];

    public Tensor Scale => Parameters[1].exp();

    public static SkewedPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    public static void Initialize(SkewedPosterior posterior, Tensor weight, WeightOptions options)
    {
        posterior.Location.copy_(weight);
        posterior.Parameters[1].fill_(options.InitialLogSigma ?? -2);
    }

    public static Prior DefaultPrior(double? scale) => new GaussianPrior(scale ?? 1);

    public override Tensor Sample(NoiseSource noise) =>
        Location + Scale * Enumerable.Range(0, 4).Select(_ => noise.Normal(Location).square()).Aggregate((sum, square) => sum + square);

    public override Tensor Mean() => Location + 4 * Scale;

    public override Tensor Map() => Location + 2 * Scale;

    public override Tensor Variance() => 8 * Scale.square();

    public override Tensor Score() => Mean().abs().log() - Parameters[1];

    public Tensor LogProb(Tensor weights)
    {
        var x = (weights - Location) / Scale;
        return (x / 4).log() - x / 2 - Parameters[1];
    }
}

public sealed class SkewedNetwork : Module<Tensor, Tensor>
{
    [Bayesian(typeof(SkewedPosterior))] private readonly Linear hidden = Linear(3, 4);
    [Bayesian(typeof(SkewedPosterior))] private readonly Linear output = Linear(4, 1);

    public SkewedNetwork() : base(nameof(SkewedNetwork)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}
