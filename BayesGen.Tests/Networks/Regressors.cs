using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>As <see cref="GaussianRegressor"/>, under LogUniform.</summary>
[Bayesian(LogUniform, InitialLogSigma = -2)]
public sealed class LogUniformRegressor : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 5);
    private readonly Linear output = Linear(5, 1);

    public LogUniformRegressor() : base(nameof(LogUniformRegressor)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

/// <summary>As <see cref="GaussianRegressor"/>, under SparseDropout.</summary>
[Bayesian(SparseDropout, InitialLogSigma = -2)]
public sealed class SparseDropoutRegressor : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 5);
    private readonly Linear output = Linear(5, 1);

    public SparseDropoutRegressor() : base(nameof(SparseDropoutRegressor)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

/// <summary>As <see cref="GaussianRegressor"/>, under GroupArd.</summary>
[Bayesian(GroupArd, InitialLogSigma = -1)]
public sealed class GroupArdRegressor : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 5);
    private readonly Linear output = Linear(5, 1);

    public GroupArdRegressor() : base(nameof(GroupArdRegressor)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

/// <summary>As <see cref="GaussianRegressor"/>, under GroupLogUniform.</summary>
[Bayesian(GroupLogUniform, InitialLogSigma = -2)]
public sealed class GroupLogUniformRegressor : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 5);
    private readonly Linear output = Linear(5, 1);

    public GroupLogUniformRegressor() : base(nameof(GroupLogUniformRegressor)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

/// <summary>As <see cref="GaussianRegressor"/>, under GroupHorseshoe.</summary>
[Bayesian(GroupHorseshoe, InitialLogSigma = -2)]
public sealed class GroupHorseshoeRegressor : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 5);
    private readonly Linear output = Linear(5, 1);

    public GroupHorseshoeRegressor() : base(nameof(GroupHorseshoeRegressor)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

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
