using static TorchSharp.torch.nn;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>A family of a user's own: w = location + scale * Laplace noise, with a density and without a closed form.</summary>
[PosteriorFamily("Laplace", IncludesBias = false, DefaultPrior = typeof(GaussianPrior))]
[PosteriorParameter("location", HasWeightDecay = true)]
[PosteriorParameter("log_scale")]
public sealed class LaplacePosterior : Posterior, IPosterior<LaplacePosterior>, IHasDensity
{
    private LaplacePosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    public Tensor Location => Parameters[0];

    public Tensor LogScale => Parameters[1];

    public static LaplacePosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    public static void Initialize(LaplacePosterior posterior, Tensor weight, WeightOptions options)
    {
        posterior.Location.copy_(weight);
        posterior.LogScale.fill_(options.InitialLogSigma ?? -3);
    }

    public static Prior DefaultPrior(double? scale) => new GaussianPrior(scale ?? 1);

    public override Tensor Sample(NoiseSource noise)
    {
        // The difference of two exponentials; an exponential is half the sum of two squared normals.
        var halves = Enumerable.Range(0, 4).Select(_ => noise.Normal(Location).square()).ToList();
        return Location + LogScale.exp() * 0.5 * (halves[0] + halves[1] - halves[2] - halves[3]);
    }

    public override Tensor Mean() => Location.clone();

    public override Tensor Variance() => 2 * (2 * LogScale).exp();

    public override Tensor Score() => Location.abs().log() - LogScale;

    public Tensor LogProb(Tensor weights) => -(weights - Location).abs() / LogScale.exp() - LogScale - Math.Log(2);
}

public sealed class LaplaceNetwork : Module<Tensor, Tensor>
{
    [Bayesian(typeof(LaplacePosterior), PriorScale = 0.5)] private readonly Linear hidden = Linear(3, 4);
    [Bayesian(Family.Gaussian, Prior = typeof(WidePrior), IncludeBias = false)] private readonly Linear output = Linear(4, 1);

    public LaplaceNetwork() : base(nameof(LaplaceNetwork)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

/// <summary>A prior of a user's own.</summary>
public sealed record WidePrior : ProperPrior
{
    public override Tensor LogProb(Tensor weights) => -(1 + weights.square()).log() - Math.Log(Math.PI);

    public override Tensor Sample(Tensor like, NoiseSource noise) => noise.Normal(like) / noise.Normal(like);
}
