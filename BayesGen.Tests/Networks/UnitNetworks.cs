using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>A convolution with a bias, whose units are output channels, and two linear layers, whose units are input features.</summary>
public abstract class UnitNetwork : Module<Tensor, Tensor>
{
    protected readonly Conv2d conv = Conv2d(1, 3, 3);
    protected readonly Linear hidden = Linear(27, 5);
    protected readonly Linear output = Linear(5, 2);

    protected UnitNetwork(string name) : base(name) => RegisterComponents();

    public static Tensor Images(long count, ScalarType dtype = ScalarType.Float64) =>
        new NoiseSource(5).Normal(zeros([count, 1, 5, 5], dtype: dtype));

    public override Tensor forward(Tensor x) => output.call(hidden.call(conv.call(x).tanh().flatten(1)).tanh());
}

[Bayesian(GroupArd, InitialLogSigma = -1)]
public sealed class ArdUnits() : UnitNetwork(nameof(ArdUnits));

[Bayesian(GroupArd, InitialLogSigma = -1, Estimator = Estimator.Local)]
public sealed class ArdUnitsLocal() : UnitNetwork(nameof(ArdUnitsLocal));

[Bayesian(GroupLogUniform, InitialLogSigma = -1)]
public sealed class LogUniformUnits() : UnitNetwork(nameof(LogUniformUnits));

[Bayesian(GroupLogUniform, InitialLogSigma = -1, Estimator = Estimator.Local)]
public sealed class LogUniformUnitsLocal() : UnitNetwork(nameof(LogUniformUnitsLocal));

[Bayesian(GroupHorseshoe, InitialLogSigma = -1)]
public sealed class HorseshoeUnits() : UnitNetwork(nameof(HorseshoeUnits));

[Bayesian(GroupHorseshoe, InitialLogSigma = -1, Estimator = Estimator.Local)]
public sealed class HorseshoeUnitsLocal() : UnitNetwork(nameof(HorseshoeUnitsLocal));
