using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>
/// Everything that has a state of its own in a few hundred weights: three families, both estimators, running means, dropout, plain weights.
/// </summary>
public sealed class Survivor : Module<Tensor, Tensor>
{
    [Bayesian(LogUniform, InitialLogSigma = -3)] private readonly Linear first = Linear(6, 8);
    private readonly BatchNorm1d norm = BatchNorm1d(8);
    private readonly Dropout dropout = Dropout(0.2);
    [Bayesian(Gaussian, Estimator = Estimator.Local, InitialLogSigma = -3)] private readonly Linear second = Linear(8, 8);
    private readonly Linear plain = Linear(8, 8);
    [Bayesian(SparseDropout, InitialLogSigma = -3)] private readonly Linear output = Linear(8, 3);

    public Survivor() : base(nameof(Survivor)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = dropout.call(norm.call(first.call(x)).tanh());
        return output.call(plain.call(second.call(x).tanh()).tanh());
    }
}

/// <summary>Stacks of layers made by the caller: one under each of two families, one plain.</summary>
public sealed class Stacks : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian)] private readonly Module<Tensor, Tensor> gaussian;
    [Bayesian(LogUniform)] private readonly Module<Tensor, Tensor> logUniform;
    private readonly Module<Tensor, Tensor> plain;

    public Stacks(Module<Tensor, Tensor> gaussian, Module<Tensor, Tensor> logUniform, Module<Tensor, Tensor> plain) : base(nameof(Stacks))
    {
        this.gaussian = gaussian;
        this.logUniform = logUniform;
        this.plain = plain;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => plain.call(logUniform.call(gaussian.call(x)));
}

/// <summary>Wide enough that loops over its weights are shared between threads, and without a draw from Torch's own generator.</summary>
public sealed class Wide : Module<Tensor, Tensor>
{
    [Bayesian(LogUniform)] private readonly Linear hidden = Linear(28 * 28, 64);
    [Bayesian(Gaussian, Estimator = Estimator.Local)] private readonly Linear output = Linear(64, 10);

    public Wide() : base(nameof(Wide)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x.flatten(1)).tanh());
}
