using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace BayesGen.Tests.Compaction;

/// <summary>LeNet-5 with everything written as people write it.</summary>
[Bayesian(Family.LogUniform)]
public sealed class GraphLeNet : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = Conv2d(1, 20, 5);
    private readonly Conv2d conv2 = Conv2d(20, 50, 5);
    private readonly Linear fc1 = Linear(800, 500);
    private readonly Linear fc2 = Linear(500, 10);
    private readonly Dropout dropout = Dropout(0.5);

    public GraphLeNet()
        : base(nameof(GraphLeNet)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = max_pool2d(relu(conv1.call(x)), 2);
        x = max_pool2d(relu(conv2.call(x)), 2);
        x = x.flatten(1);
        x = relu(fc1.call(x));
        if (training)
            x = dropout.call(x);
        return fc2.call(x).MoveToOuterDisposeScope();
    }
}

/// <summary>A residual block, with a shortcut that may be missing.</summary>
[Bayesian(Family.LogUniform)]
public sealed class GraphBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d? downsample;

    public GraphBlock(int inputs, int outputs)
        : base(nameof(GraphBlock))
    {
        conv1 = Conv2d(inputs, outputs, 3, padding: 1, bias: false);
        bn1 = BatchNorm2d(outputs);
        conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(outputs);
        downsample = inputs == outputs ? null : Conv2d(inputs, outputs, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var identity = downsample?.call(x) ?? x;
        var y = functional.relu(bn1.call(conv1.call(x)));
        y = bn2.call(conv2.call(y));
        y += identity;
        return y.relu();
    }
}

/// <summary>Blocks in a ModuleList, a loop, a concatenation, a helper method, a constant.</summary>
[Bayesian(Family.LogUniform)]
public sealed class GraphResNet : Module<Tensor, Tensor>
{
    private const int Width = 8;
    private readonly Conv2d stem = Conv2d(1, Width, 3, padding: 1);
    private readonly ModuleList<Module<Tensor, Tensor>> blocks =
        ModuleList<Module<Tensor, Tensor>>(new GraphBlock(Width, Width), new GraphBlock(Width, 2 * Width));

    private readonly Sequential side = Sequential(Conv2d(2 * Width, 6, 1), BatchNorm2d(6), ReLU());
    private readonly Linear head = Linear((2 * Width) + 6, 3);

    public GraphResNet()
        : base(nameof(GraphResNet)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = Start(x, 2);
        foreach (var block in blocks)
            x = block.call(x);
        var y = cat([x, side.call(x)], 1);
        y = adaptive_avg_pool2d(y, 1);
        return head.call(y.view(y.shape[0], -1));
    }

    private Tensor Start(Tensor x, int size)
    {
        var y = relu(stem.call(x));
        return avg_pool2d(y, size);
    }
}
