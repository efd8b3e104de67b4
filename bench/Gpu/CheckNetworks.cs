using TorchSharp;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>A convolution, the rows of what it sees through an LSTM, and a dense layer.</summary>
internal class RowReader : Module<Tensor, Tensor>
{
    protected readonly Conv2d conv = Conv2d(1, 4, 3, padding: 1);
    protected readonly LSTM lstm = LSTM(4 * 14, 16, batchFirst: true);
    protected readonly Linear head = Linear(16, 10);

    public RowReader() : base(nameof(RowReader)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(conv.call(x).tanh(), 2);
        var (outputs, _, _) = lstm.call(x.permute(0, 2, 1, 3).flatten(2));
        return head.call(outputs.select(1, 13));
    }
}

/// <summary>A convolution and two dense layers: what Estimator.Local can take.</summary>
internal class ImageReader : Module<Tensor, Tensor>
{
    protected readonly Conv2d conv = Conv2d(1, 4, 3, padding: 1);
    protected readonly Linear hidden = Linear(4 * 7 * 7, 24);
    protected readonly Linear head = Linear(24, 10);

    public ImageReader() : base(nameof(ImageReader)) => RegisterComponents();

    public override Tensor forward(Tensor x) =>
        head.call(hidden.call(functional.max_pool2d(conv.call(x).tanh(), 4).flatten(1)).tanh());
}

/// <summary>784-64-10.</summary>
internal class DigitReader : Module<Tensor, Tensor>
{
    protected readonly Linear hidden = Linear(784, 64);
    protected readonly Linear head = Linear(64, 10);

    public DigitReader() : base(nameof(DigitReader)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(functional.relu(hidden.call(x.flatten(1))));
}

[Bayesian(Gaussian)]
internal sealed class GaussianRows : RowReader;

[Bayesian(LogUniform)]
internal sealed class LogUniformRows : RowReader;

[Bayesian(SparseDropout)]
internal sealed class SparseDropoutRows : RowReader;

[Bayesian(Gaussian, Estimator = Estimator.Local)]
internal sealed class GaussianLocalImages : ImageReader;

[Bayesian(SparseDropout, Estimator = Estimator.Local)]
internal sealed class SparseDropoutLocalImages : ImageReader;

[Bayesian(GroupArd)]
internal sealed class GroupArdImages : ImageReader;

[Bayesian(GroupLogUniform)]
internal sealed class GroupLogUniformImages : ImageReader;

[Bayesian(GroupHorseshoe)]
internal sealed class GroupHorseshoeImages : ImageReader;

[Bayesian(GroupArd, Estimator = Estimator.Local)]
internal sealed class GroupArdLocalImages : ImageReader;

[Bayesian(GroupLogUniform, Estimator = Estimator.Local)]
internal sealed class GroupLogUniformLocalImages : ImageReader;

[Bayesian(GroupHorseshoe, Estimator = Estimator.Local)]
internal sealed class GroupHorseshoeLocalImages : ImageReader;

[Bayesian(Gaussian)]
internal sealed class GaussianDigits : DigitReader;

[Bayesian(LogUniform)]
internal sealed class LogUniformDigits : DigitReader;

[Bayesian(SparseDropout, Estimator = Estimator.Local)]
internal sealed class SparseDropoutDigits : DigitReader;

/// <summary>One layer whose outputs are noisy.</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local)]
internal sealed class NoisyLine : Module<Tensor, Tensor>
{
    private readonly Linear line = Linear(12, 9);

    public NoisyLine() : base(nameof(NoisyLine)) => RegisterComponents();

    public override Tensor forward(Tensor x) => line.call(x);
}

/// <summary>The same for images; its bias is plain.</summary>
[Bayesian(SparseDropout, Estimator = Estimator.Local)]
internal sealed class NoisyPlane : Module<Tensor, Tensor>
{
    private readonly Conv2d plane = Conv2d(2, 3, 3, padding: 1);

    public NoisyPlane() : base(nameof(NoisyPlane)) => RegisterComponents();

    public override Tensor forward(Tensor x) => plane.call(x);
}
