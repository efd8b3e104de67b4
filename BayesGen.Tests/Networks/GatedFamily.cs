namespace BayesGen.Tests.Networks;

/// <summary>w = mu z with a plain mu for each weight and z ~ N(gate_mu, gate_sigma^2) for each unit. Biases stay out of it.</summary>
[PosteriorFamily("Gated", IncludesBias = false, DefaultPrior = typeof(GaussianPrior))]
[ClosedFormKl(typeof(GaussianPrior))]
[PosteriorParameter("mu", HasWeightDecay = true)]
[PosteriorParameter("gate_mu", Extent = ParameterExtent.Unit)]
[PosteriorParameter("gate_log_sigma", Extent = ParameterExtent.Unit)]
public sealed class GatedPosterior : Posterior, IPosterior<GatedPosterior>, IHasClosedFormKl
{
    private GatedPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    public GaussianPosterior Gates => GaussianPosterior.Over([.. Parameters.Skip(1)]);

    public static GatedPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    public static void Initialize(GatedPosterior posterior, Tensor weight, WeightOptions options)
    {
        posterior.Parameters[0].copy_(weight);
        posterior.Parameters[1].fill_(1);
        posterior.Parameters[2].fill_(options.InitialLogSigma ?? -1);
    }

    public static Prior DefaultPrior(double? scale) => new GaussianPrior(scale ?? 1);

    public override Tensor Sample(NoiseSource noise) => Parameters[0] * Gates.Sample(noise);

    public override Tensor Mean() => Parameters[0] * Gates.Mean();

    public override Tensor Variance() => Parameters[0].square() * Gates.Variance();

    public override Tensor Score() => Gates.Score();

    public Tensor? KlTo(Prior prior) => zeros_like(Parameters[0]);

    public IReadOnlyList<Tensor> SharedKlTo(Prior prior) => [Gates.KlTo(prior)!];
}
