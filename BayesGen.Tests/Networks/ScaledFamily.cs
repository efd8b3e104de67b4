using static TorchSharp.torch.nn;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>
/// A family with parameters of every extent: w = g z v with v ~ N(mu, sigma^2) for each weight, z ~ N(unit_mu, unit_sigma^2) for each unit
/// and g ~ N(layer_mu, layer_sigma^2) for the layer. The prior of the weight is that of v; z and g have their own.
/// </summary>
[PosteriorFamily("Scaled", DefaultPrior = typeof(GaussianPrior))]
[ClosedFormKl(typeof(GaussianPrior))]
[PosteriorParameter("mu", HasWeightDecay = true)]
[PosteriorParameter("log_sigma")]
[PosteriorParameter("unit_mu", Extent = ParameterExtent.Unit)]
[PosteriorParameter("unit_log_sigma", Extent = ParameterExtent.Unit, LearningRateFactor = 3)]
[PosteriorParameter("layer_mu", Extent = ParameterExtent.Layer)]
[PosteriorParameter("layer_log_sigma", Extent = ParameterExtent.Layer)]
public sealed class ScaledPosterior : Posterior, IPosterior<ScaledPosterior>, IHasClosedFormKl, IHasKernelFactors
{
    private ScaledPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    public static GaussianPrior UnitPrior { get; } = new(1, 0.5);

    public static GaussianPrior LayerPrior { get; } = new(1, 0.2);

    public GaussianPosterior Values => GaussianPosterior.Over([.. Parameters.Take(2)]);

    public GaussianPosterior Units => GaussianPosterior.Over([.. Parameters.Skip(2).Take(2)]);

    public GaussianPosterior Layer => GaussianPosterior.Over([.. Parameters.Skip(4)]);

    IReadOnlyList<KernelFactor> IHasKernelFactors.Factors { get; } =
    [
        new(2, GaussianKernel.Instance),
        new(2, GaussianKernel.Instance) { KlTo = _ => GaussianKernel.Instance.KlTo(UnitPrior) },
        new(2, GaussianKernel.Instance) { KlTo = _ => GaussianKernel.Instance.KlTo(LayerPrior) },
    ];

    public static ScaledPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    public static void Initialize(ScaledPosterior posterior, Tensor weight, WeightOptions options)
    {
        double[] starts = [0, options.InitialLogSigma ?? -2, 1, -2, 1, -3];
        foreach (var (parameter, start) in posterior.Parameters.Zip(starts))
            parameter.fill_(start);
        posterior.Parameters[0].copy_(weight);
    }

    public static Prior DefaultPrior(double? scale) => new GaussianPrior(scale ?? 1);

    public override Tensor Sample(NoiseSource noise) => Values.Sample(noise) * Units.Sample(noise) * Layer.Sample(noise);

    public override Tensor Mean() => Values.Mean() * Units.Mean() * Layer.Mean();

    public override Tensor Variance()
    {
        var (squares, means) = (Square(Values) * Square(Units) * Square(Layer), Mean());
        return squares - means.square();

        static Tensor Square(GaussianPosterior factor) => factor.Mean().square() + factor.Variance();
    }

    /// <summary>One score for each unit, so that units are pruned as a whole.</summary>
    public override Tensor Score() => Units.Score();

    public Tensor? KlTo(Prior prior) => Values.KlTo(prior);

    public IReadOnlyList<Tensor> SharedKlTo(Prior prior) => [Units.KlTo(UnitPrior)!, Layer.KlTo(LayerPrior)!];
}

/// <summary>Words with a padding row, a convolution and two linear layers under the family of scales.</summary>
[Bayesian(typeof(ScaledPosterior))]
public sealed class Scaled : Module<Tensor, Tensor>
{
    public const long Padding = 2;

    private readonly Embedding words = Embedding(6, 4, padding_idx: Padding);
    private readonly Conv2d conv = Conv2d(1, 3, 3);
    private readonly Linear hidden = Linear(42, 5);
    private readonly Linear output = Linear(5, 2);

    public Scaled() : base(nameof(Scaled)) => RegisterComponents();

    public static BayesianScaled Started(long seed = 1)
    {
        random.manual_seed(seed);
        var model = new BayesianScaled(new Scaled());
        model.to(ScalarType.Float64);
        return model;
    }

    /// <summary>Sentences of nine words.</summary>
    public static Tensor Sentences(long count, long seed = 5)
    {
        var noise = new NoiseSource(seed).Normal(zeros([count, 9], dtype: ScalarType.Float64, device: CPU));
        return (noise.abs() * 2.5).floor().clamp(0, 5).to(ScalarType.Int64);
    }

    public override Tensor forward(Tensor x)
    {
        x = conv.call(words.call(x).unsqueeze(1)).tanh();
        return output.call(hidden.call(x.flatten(1)).tanh());
    }
}
