using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>
/// Every kind of arena and nothing that a forward changes: drawn by weights and at outputs, plain, frozen. It runs at width 6.
/// </summary>
public sealed class Replicated : Module<Tensor, Tensor>
{
    [Bayesian(LogUniform, InitialLogSigma = -2)] private readonly Linear first;
    [Bayesian(Gaussian, Estimator = Estimator.Local, InitialLogSigma = -2)] private readonly Linear second = Linear(6, 6);
    [Bayesian(SparseDropout, InitialLogSigma = -2)] private readonly Linear third = Linear(6, 6);
    private readonly Linear plain = Linear(6, 6);
    private readonly Linear frozen = Linear(6, 6);
    [Bayesian(Gaussian, InitialLogSigma = -2)] private readonly Linear output = Linear(6, 2);

    public Replicated(int width = 6) : base(nameof(Replicated))
    {
        first = Linear(3, width);
        foreach (var parameter in frozen.parameters())
            parameter.requires_grad = false;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = second.call(first.call(x).tanh()).tanh();
        return output.call(frozen.call(plain.call(third.call(x).tanh()).tanh()).tanh());
    }
}

/// <summary>Runs a layer with noise at its outputs once or twice, as the inputs have it.</summary>
public sealed class Fickle : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, Estimator = Estimator.Local, InitialLogSigma = -2)] private readonly Linear line = Linear(3, 3);

    public Fickle() : base(nameof(Fickle)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var once = line.call(x);
        return x.sum().item<float>() > 0 ? line.call(once) : once;
    }
}
