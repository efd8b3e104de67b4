using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>Every layer that local reparameterization is for, with strides, paddings, dilations, groups and without a bias.</summary>
public sealed class LocalConvolver : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, Estimator = Estimator.Local, InitialLogSigma = -2)]
    private readonly Conv1d line = Conv1d(2, 4, 3, stride: 2, padding: 1, groups: 2);

    [Bayesian(SparseDropout, Estimator = Estimator.Local, InitialLogSigma = -2)]
    private readonly Conv2d plane = Conv2d(1, 2, 3, padding: 2, dilation: 2, padding_mode: PaddingModes.Reflect, bias: false);

    [Bayesian(Gaussian, Estimator = Estimator.Local, IncludeBias = false, InitialLogSigma = -2)]
    private readonly Conv2d same = Conv2d(2, 2, (2, 3), padding: Padding.Same);

    [Bayesian(SparseDropout, Estimator = Estimator.Local, IncludeBias = true, InitialLogSigma = -2)]
    private readonly Conv2d circular = Conv2d(2, 2, 3, padding: Padding.Same, padding_mode: PaddingModes.Circular);

    [Bayesian(Gaussian, Estimator = Estimator.Local, InitialLogSigma = -2)]
    private readonly Conv3d space = Conv3d(1, 2, 2, padding: 1);

    [Bayesian(SparseDropout, Estimator = Estimator.Local, InitialLogSigma = -2)]
    private readonly Linear output = Linear(2, 3);

    public LocalConvolver() : base(nameof(LocalConvolver)) => RegisterComponents();

    /// <param name="x">[N, 2, 8].</param>
    public override Tensor forward(Tensor x)
    {
        x = line.call(x).tanh().unsqueeze(1);
        x = circular.call(same.call(plane.call(x).tanh()).tanh()).tanh();
        x = space.call(x.unsqueeze(1)).tanh();
        return output.call(x.flatten(2).mean([2]));
    }
}

/// <summary>A layer that hooks do not hear.</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local)]
public sealed class Unheard : Module<Tensor, Tensor>
{
    private readonly Linear first = Linear(3, 3);
    private readonly Linear second = Linear(3, 1);

    public Unheard() : base(nameof(Unheard)) => RegisterComponents();

#pragma warning disable BG0205 // The mistake itself: the runtime has to refuse it where the analyzer was not heard.
    public override Tensor forward(Tensor x) => second.forward(first.call(x).tanh());
#pragma warning restore BG0205
}

/// <summary>One layer of each family, drawn by weights and locally, to compare the two.</summary>
[Bayesian(Gaussian, InitialLogSigma = -0.5)]
public sealed class ByWeights : Module<Tensor, Tensor>
{
    private readonly Linear line = Linear(3, 2);

    public ByWeights() : base(nameof(ByWeights)) => RegisterComponents();

    public override Tensor forward(Tensor x) => line.call(x);
}

/// <inheritdoc cref="ByWeights"/>
[Bayesian(Gaussian, InitialLogSigma = -0.5, Estimator = Estimator.Local)]
public sealed class ByOutputs : Module<Tensor, Tensor>
{
    private readonly Linear line = Linear(3, 2);

    public ByOutputs() : base(nameof(ByOutputs)) => RegisterComponents();

    public override Tensor forward(Tensor x) => line.call(x);
}

/// <summary>One family under two estimators: two arenas.</summary>
public sealed class TwoEstimators : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, Estimator = Estimator.Local)] private readonly Linear first = Linear(3, 3);
    [Bayesian(Gaussian)] private readonly Linear second = Linear(3, 1);

    public TwoEstimators() : base(nameof(TwoEstimators)) => RegisterComponents();

    public override Tensor forward(Tensor x) => second.call(first.call(x).tanh());
}
