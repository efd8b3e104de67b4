using System.Numerics;
using BayesGen.Kernels;
using static TorchSharp.torch.nn;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>
/// w = v z with a plain v for each weight, which has no noise and no divergence, and z ~ N(mu, sigma^2) for each unit. Its parameter mu is
/// the mean of a factor and not of the weight, so weight decay is not for it, as it is for that of the Gaussian family.
/// </summary>
[PosteriorFamily("PlainTimesUnits", DefaultPrior = typeof(GaussianPrior))]
[ClosedFormKl(typeof(GaussianPrior))]
[PosteriorParameter("weight", HasWeightDecay = true)]
[PosteriorParameter("mu", Extent = ParameterExtent.Unit)]
[PosteriorParameter("log_sigma", Extent = ParameterExtent.Unit)]
public sealed class PlainTimesUnitsPosterior : Posterior, IPosterior<PlainTimesUnitsPosterior>, IHasClosedFormKl, IHasKernelFactors
{
    private static readonly GaussianPrior UnitPrior = new(1, 0.5);

    private PlainTimesUnitsPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    public Tensor Plain => Parameters[0];

    public GaussianPosterior Units => GaussianPosterior.Over([.. Parameters.Skip(1)]);

    IReadOnlyList<KernelFactor> IHasKernelFactors.Factors { get; } =
    [
        new(1, new PlainKernel()),
        new(2, GaussianKernel.Instance) { KlTo = _ => GaussianKernel.Instance.KlTo(UnitPrior) },
    ];

    public static PlainTimesUnitsPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    public static void Initialize(PlainTimesUnitsPosterior posterior, Tensor weight, WeightOptions options)
    {
        posterior.Parameters[0].copy_(weight);
        posterior.Parameters[1].fill_(1);
        posterior.Parameters[2].fill_(options.InitialLogSigma ?? -2);
    }

    public static Prior DefaultPrior(double? scale) => new GaussianPrior(scale ?? 1);

    public override Tensor Sample(NoiseSource noise) => Plain * Units.Sample(noise);

    public override Tensor Mean() => Plain * Units.Mean();

    public override Tensor Variance() => Plain.square() * Units.Variance();

    public override Tensor Score() => Units.Score();

    public Tensor? KlTo(Prior prior) => zeros_like(Plain);

    public IReadOnlyList<Tensor> SharedKlTo(Prior prior) => [Units.KlTo(UnitPrior)!];

    /// <summary>A factor that is no random number.</summary>
    private sealed class PlainKernel : FamilyKernel
    {
        public override int NoiseCount => 0;

        public override Vector<T> Draw<T>(KernelRows<T> rows)
        {
            var (values, weights) = (rows[0], rows[1]);
            for (var i = 0; i < rows.Length; i += Vector<T>.Count)
                weights[i] = values[i];
            return Vector<T>.Zero;
        }

        public override Vector<T> PullBack<T>(KernelRows<T> rows)
        {
            var (of, gradient) = (rows[1], rows[2]);
            for (var i = 0; i < rows.Length; i += Vector<T>.Count)
            {
                gradient[i] += of[i];
                of[i] = Vector<T>.Zero;
            }

            return Vector<T>.Zero;
        }

        public override DivergenceKernel KlTo(Prior prior) => new NoDivergence();
    }

    private sealed class NoDivergence : DivergenceKernel
    {
        public override Vector<T> Run<T>(KernelRows<T> rows)
        {
            var slopes = rows[1];
            for (var i = 0; i < rows.Length; i += Vector<T>.Count)
                slopes[i] = Vector<T>.Zero;
            return Vector<T>.Zero;
        }
    }
}

/// <summary>Two families with a parameter of one name.</summary>
public sealed class TwoMeanings : Module<Tensor, Tensor>
{
    [Bayesian(typeof(PlainTimesUnitsPosterior))] private readonly Linear hidden = Linear(3, 4);
    [Bayesian(Family.Gaussian)] private readonly Linear output = Linear(4, 1);

    public TwoMeanings() : base(nameof(TwoMeanings)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}
