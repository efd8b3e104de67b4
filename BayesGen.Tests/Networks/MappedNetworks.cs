using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Networks;

/// <summary>784-300-100-10.</summary>
[Bayesian(Gaussian)]
public sealed class LeNet300 : Module<Tensor, Tensor>
{
    private readonly Linear fc1 = Linear(784, 300);
    private readonly Linear fc2 = Linear(300, 100);
    private readonly Linear fc3 = Linear(100, 10);

    public LeNet300() : base(nameof(LeNet300)) => RegisterComponents();

    public override Tensor forward(Tensor x) => fc3.call(fc2.call(fc1.call(x.flatten(1)).relu()).relu());
}

/// <summary>LeNet-5 as in Caffe: 20-50-800-500.</summary>
[Bayesian(Gaussian)]
public sealed class LeNet5 : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = Conv2d(1, 20, 5);
    private readonly Conv2d conv2 = Conv2d(20, 50, 5);
    private readonly Linear fc1 = Linear(800, 500);
    private readonly Linear fc2 = Linear(500, 10);

    public LeNet5() : base(nameof(LeNet5)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(conv1.call(x).relu(), 2);
        x = functional.max_pool2d(conv2.call(x).relu(), 2);
        return fc2.call(fc1.call(x.flatten(1)).relu());
    }
}

/// <summary>A convolution of four channels, and what the field makes of it between that and a layer of two outputs.</summary>
/// <param name="kind">What lies between.</param>
[Bayesian(Gaussian)]
public sealed class Between : Module<Tensor, Tensor>
{
    private readonly Conv2d conv = Conv2d(1, 4, 3);
    private readonly Conv2d other = Conv2d(1, 4, 3);
    private readonly LayerNorm layer = LayerNorm(4);
    private readonly Linear output;
    private readonly string kind;

    public Between(string kind) : base(nameof(Between))
    {
        this.kind = kind;
        output = Linear(kind is "cat" ? 32 : kind is "softmax" or "layer norm" or "mean" or "tokens" or "positions" ? 4 : 16, 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = conv.call(x);
        y = kind switch
        {
            "relu" => y.relu(),
            "choice" => where(y > 0, y, y * 0.1),
            "hidden choice" => where(y > 0, ones_like(y), zeros_like(y)),
            "add" => y + other.call(x),
            "cat" => cat([y, other.call(x)], 1),
            "constant" => y + 1,
            "skip" => y + x.narrow(2, 0, 2).narrow(3, 0, 2),
            "softmax" => y.mean([2, 3]).softmax(1),
            "layer norm" => layer.call(y.mean([2, 3])),
            "mean" => y.mean([2, 3]),
            "in place" => y.relu_().mul_(2),
            _ => y,
        };
        if (kind is "tokens" or "positions")
            return output.call(y.flatten(2).transpose(1, 2) + (kind == "tokens" ? ones(4, 1) : linspace(0, 1, 4).view(4, 1))).mean([1]);
        var answer = output.call(y.flatten(1));
        return kind == "output" ? cat([answer, y.flatten(1)], 1) : answer;
    }
}

/// <summary>A layer that runs twice, one that shares its weight, and one whose units go into an LSTM.</summary>
[Bayesian(Gaussian)]
public sealed class Looped : Module<Tensor, Tensor>
{
    private readonly Linear enter = Linear(3, 4);
    private readonly Linear loop = Linear(4, 4);
    private readonly Linear tied = Linear(4, 4);
    private readonly LSTM lstm = LSTM(4, 2, batchFirst: true);
    private readonly Linear output = Linear(2, 2);

    public Looped() : base(nameof(Looped))
    {
        tied.weight = loop.weight;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = enter.call(x).tanh();
        x = loop.call(loop.call(x).tanh());
        var (sequence, _, _) = lstm.call(tied.call(x).unsqueeze(1));
        return output.call(sequence.squeeze(1));
    }
}

/// <summary>Uses a weight past its layer.</summary>
[Bayesian(Gaussian)]
public sealed class PastTheLayer : Module<Tensor, Tensor>
{
    private readonly Linear first = Linear(3, 4);
    private readonly Linear second = Linear(4, 2);

    public PastTheLayer() : base(nameof(PastTheLayer)) => RegisterComponents();

    public override Tensor forward(Tensor x) => second.call(first.call(x).relu()) + functional.linear(x, first.weight!).sum(1, true);
}

/// <summary>An answer to each example that depends on the others.</summary>
[Bayesian(Gaussian)]
public sealed class AcrossExamples : Module<Tensor, Tensor>
{
    private readonly Linear first = Linear(3, 4);
    private readonly Linear second = Linear(4, 2);

    public AcrossExamples() : base(nameof(AcrossExamples)) => RegisterComponents();

    public override Tensor forward(Tensor x) => second.call((first.call(x) is var y ? y : x) - y.mean([0], true));
}
