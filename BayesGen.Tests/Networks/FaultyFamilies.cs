using static TorchSharp.torch.nn;
using TorchSharp.Modules;

namespace BayesGen.Tests;

#pragma warning disable BG0011 // What the build would say is said at the wrapping too, which is what these classes are for.
/// <summary>A family that says nothing about itself.</summary>
public sealed class SilentPosterior : Posterior, IPosterior<SilentPosterior>
#pragma warning restore BG0011
{
    private SilentPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    public static SilentPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    public static void Initialize(SilentPosterior posterior, Tensor weight, WeightOptions options) => posterior.Parameters[0].copy_(weight);

    public static Prior DefaultPrior(double? scale) => new GaussianPrior();

    public override Tensor Sample(NoiseSource noise) => Parameters[0].clone();

    public override Tensor Mean() => Parameters[0].clone();

    public override Tensor Variance() => zeros_like(Parameters[0]);

    public override Tensor Score() => Parameters[0].abs();
}

/// <summary>A family whose default prior is not the one that its attribute names, which no compiler sees.</summary>
[PosteriorFamily("TwoTongued", DefaultPrior = typeof(LogUniformPrior))]
[PosteriorParameter("mu")]
public sealed class TwoTonguedPosterior : Posterior, IPosterior<TwoTonguedPosterior>
{
    private TwoTonguedPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    public static TwoTonguedPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    public static void Initialize(TwoTonguedPosterior posterior, Tensor weight, WeightOptions options) =>
        posterior.Parameters[0].copy_(weight);

    public static Prior DefaultPrior(double? scale) => new GaussianPrior();

    public override Tensor Sample(NoiseSource noise) => Parameters[0].clone();

    public override Tensor Mean() => Parameters[0].clone();

    public override Tensor Variance() => zeros_like(Parameters[0]);

    public override Tensor Score() => Parameters[0].abs();
}

/// <summary>A loss that scores every posterior, as nothing.</summary>
public sealed class NoDivergenceLoss : VariationalLoss, IScores<Posterior>
{
    public Tensor Divergence(IReadOnlyList<IScoredWeights<Posterior>> weights) => zeros(1);
}

[BayesianNetwork(Loss = typeof(NoDivergenceLoss))]
public sealed class SilentNetwork : Module<Tensor, Tensor>
{
    [Bayesian(typeof(SilentPosterior))] private readonly Linear fc = Linear(3, 4);

    public SilentNetwork() : base(nameof(SilentNetwork)) => RegisterComponents();

    public override Tensor forward(Tensor x) => fc.call(x);
}

[BayesianNetwork(Loss = typeof(NoDivergenceLoss))]
public sealed class TwoTonguedNetwork : Module<Tensor, Tensor>
{
    [Bayesian(typeof(TwoTonguedPosterior))] private readonly Linear fc = Linear(3, 4);

    public TwoTonguedNetwork() : base(nameof(TwoTonguedNetwork)) => RegisterComponents();

    public override Tensor forward(Tensor x) => fc.call(x);
}
