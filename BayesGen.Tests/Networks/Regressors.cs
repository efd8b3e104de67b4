using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>A small network for a number, made of two layers, under the family that a class derived from it names.</summary>
public abstract class Regressor : Module<Tensor, Tensor>
{
    protected readonly Linear hidden = Linear(3, 5);
    protected readonly Linear output = Linear(5, 1);

    protected Regressor(string name) : base(name) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

[Bayesian(LogUniform, InitialLogSigma = -2)]
public sealed class LogUniformRegressor() : Regressor(nameof(LogUniformRegressor));

[Bayesian(SparseDropout, InitialLogSigma = -2)]
public sealed class SparseDropoutRegressor() : Regressor(nameof(SparseDropoutRegressor));

[Bayesian(GroupArd, InitialLogSigma = -1)]
public sealed class GroupArdRegressor() : Regressor(nameof(GroupArdRegressor));

[Bayesian(GroupLogUniform, InitialLogSigma = -2)]
public sealed class GroupLogUniformRegressor() : Regressor(nameof(GroupLogUniformRegressor));

[Bayesian(GroupHorseshoe, InitialLogSigma = -2)]
public sealed class GroupHorseshoeRegressor() : Regressor(nameof(GroupHorseshoeRegressor));

/// <summary>One layer of any kind under local reparameterization, made by the caller.</summary>
public sealed class LocalLayer : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, Estimator = Estimator.Local, InitialLogSigma = -1)]
    private readonly Module<Tensor, Tensor> layer;

    public LocalLayer(Module<Tensor, Tensor> layer) : base(nameof(LocalLayer))
    {
        this.layer = layer;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => layer.call(x);
}

/// <summary>A layer of any kind, declared as a module, under an annotation of the class.</summary>
[Bayesian(Gaussian)]
public sealed class AnyLayer : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> layer;
    private readonly Linear head = Linear(4, 1);

    public AnyLayer(Module<Tensor, Tensor> layer) : base(nameof(AnyLayer))
    {
        this.layer = layer;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(layer.call(x));
}
