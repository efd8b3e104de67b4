using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>The next value of a series, with one noise for all that starts where the training puts it.</summary>
[Bayesian(Gaussian)]
public sealed class Forecaster : Module<Tensor, Tensor>
{
    private readonly LSTM memory = LSTM(1, 16, batchFirst: true);
    private readonly Linear output = Linear(16, 1);
    private readonly Parameter logSigma = GaussianNoise.LogSigma();

    public Forecaster() : base(nameof(Forecaster)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var (states, _, _) = memory.call(x);
        return GaussianNoise.Join(output.call(states[.., -1]), logSigma);
    }
}

/// <summary>A curve with one noise for all inputs, whose start is named or not.</summary>
[Bayesian(Gaussian)]
public sealed class NoisyCurve : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(1, 20);
    private readonly Linear second = Linear(20, 20);
    private readonly Linear output = Linear(20, 1);
    private readonly Parameter logSigma;

    public NoisyCurve(double? sigma = null) : base(nameof(NoisyCurve))
    {
        logSigma = GaussianNoise.LogSigma(sigma: sigma);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) =>
        GaussianNoise.Join(output.call(functional.silu(second.call(functional.silu(hidden.call(x))))), logSigma);
}

/// <summary>As <see cref="NoisyCurve"/>, with the noise of the weights at the outputs of the layers.</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local, PriorScale = 0.7)]
public sealed class LocalNoisyCurve : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(1, 20);
    private readonly Linear second = Linear(20, 20);
    private readonly Linear output = Linear(20, 1);
    private readonly Parameter logSigma = GaussianNoise.LogSigma();

    public LocalNoisyCurve() : base(nameof(LocalNoisyCurve)) => RegisterComponents();

    public override Tensor forward(Tensor x) =>
        GaussianNoise.Join(output.call(functional.silu(second.call(functional.silu(hidden.call(x))))), logSigma);
}
