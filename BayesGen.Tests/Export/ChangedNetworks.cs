using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace BayesGen.Tests.Export;

/// <summary>A network that changes tensors in place, in one of many ways.</summary>
[Bayesian(Family.Gaussian)]
public sealed class ChangedNetwork : Module<Tensor, Tensor>
{
    private readonly Linear fc = Linear(4, 4);
    private readonly ReLU inner = ReLU(inplace: true);
    private readonly int way;

    public ChangedNetwork(int way) : base(nameof(ChangedNetwork))
    {
        this.way = way;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var h = fc.call(x);
        if (way == 0)
        {
            var skip = h;
            h.clamp_(-0.1, 0.1);
            return h + skip;
        }

        if (way == 1)
        {
            var skip = h.clone();
            h.clamp_(-0.1, 0.1);
            return h + skip;
        }

        if (way == 2)
            return h + h.clamp_(-0.1, 0.1);
        if (way == 3)
            return F.relu(h, inplace: true) + h;
        if (way == 4)
            return inner.call(h) + h;
        if (way == 5)
        {
            var part = h[.., ..2];
            part.clamp_(-0.1, 0.1);
            return h;
        }

        if (way == 6)
        {
            var turned = h.view(-1, 2, 2);
            h.clamp_(-0.1, 0.1);
            return turned.flatten(1);
        }

        h.clamp_(-0.1, 0.1);
        h.mul_(2);
        return h;
    }
}

/// <summary>A network whose examples see one another, in one of several ways.</summary>
[Bayesian(Family.Gaussian)]
public sealed class MixedNetwork : Module<Tensor, Tensor>
{
    private readonly Linear fc = Linear(4, 3);
    private readonly MultiheadAttention attention = MultiheadAttention(4, 2);
    private readonly int way;

    public MixedNetwork(int way) : base(nameof(MixedNetwork))
    {
        this.way = way;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        if (way == 0)
            return fc.call(x - x.mean([0], true));
        if (way == 1)
            return fc.call(x + x[0]);
        if (way == 2)
            return F.softmax(fc.call(x), 0);
        if (way == 3)
            return fc.call(x) + matmul(x, x.t()).sum([1], true);
        var sequence = x.unsqueeze(1);
        var (seen, _) = attention.call(sequence, sequence, sequence);
        return fc.call(seen.squeeze(1));
    }
}

/// <summary>A network that divides what it gets, and makes classes of it.</summary>
[Bayesian(Family.Gaussian)]
public sealed class ScaledNetwork : Module<Tensor, Tensor>
{
    private readonly Linear fc = Linear(4, 3);

    public ScaledNetwork() : base(nameof(ScaledNetwork)) => RegisterComponents();

    public override Tensor forward(Tensor x) => fc.call(x / 255.0);
}

/// <summary>A network of two inputs.</summary>
[Bayesian(Family.Gaussian)]
public sealed class JoinedNetwork : Module<Tensor, Tensor, Tensor>
{
    private readonly Linear fc = Linear(4, 3);

    public JoinedNetwork() : base(nameof(JoinedNetwork)) => RegisterComponents();

    public override Tensor forward(Tensor x, Tensor y) => fc.call(x + y);
}
