using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace BayesGen.Tests.Compaction;

/// <summary>ResNet-18 (He et al. 2016) as one writes it, with four stages of two blocks.</summary>
[Bayesian(Family.Gaussian)]
public sealed class GraphResNet18 : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;
    private readonly Linear fc;

    public GraphResNet18(int width = 64, int classes = 10)
        : base(nameof(GraphResNet18))
    {
        conv1 = Conv2d(3, width, 7, stride: 2, padding: 3, bias: false);
        bn1 = BatchNorm2d(width);
        layer1 = Sequential(new GraphStage(width, width, 1), new GraphStage(width, width, 1));
        layer2 = Sequential(new GraphStage(width, 2 * width, 2), new GraphStage(2 * width, 2 * width, 1));
        layer3 = Sequential(new GraphStage(2 * width, 4 * width, 2), new GraphStage(4 * width, 4 * width, 1));
        layer4 = Sequential(new GraphStage(4 * width, 8 * width, 2), new GraphStage(8 * width, 8 * width, 1));
        fc = Linear(8 * width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = max_pool2d(relu(bn1.call(conv1.call(x))), 3, stride: 2, padding: 1);
        x = layer4.call(layer3.call(layer2.call(layer1.call(x))));
        return fc.call(adaptive_avg_pool2d(x, 1).flatten(1));
    }
}

/// <summary>A residual block of ResNet-18, with a stride.</summary>
[Bayesian(Family.Gaussian)]
public sealed class GraphStage : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? downsample;

    public GraphStage(int inputs, int outputs, int stride)
        : base(nameof(GraphStage))
    {
        conv1 = Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(outputs);
        conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(outputs);
        downsample = inputs == outputs ? null
            : Sequential(Conv2d(inputs, outputs, 1, stride: stride, bias: false), BatchNorm2d(outputs));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = relu(bn1.call(conv1.call(x)));
        y = bn2.call(conv2.call(y));
        return relu(y + (downsample?.call(x) ?? x));
    }
}

/// <summary>A U-Net (Ronneberger et al. 2015) of two levels: concatenations across, one way up by interpolation, one by a transposed
/// convolution.</summary>
[Bayesian(Family.Gaussian)]
public sealed class GraphUNet : Module<Tensor, Tensor>
{
    private readonly Conv2d down1 = Conv2d(1, 8, 3, padding: 1);
    private readonly Conv2d down2 = Conv2d(8, 12, 3, padding: 1);
    private readonly Conv2d bottom = Conv2d(12, 16, 3, padding: 1);
    private readonly ConvTranspose2d up = ConvTranspose2d(16, 10, 2, stride: 2);
    private readonly Conv2d up2 = Conv2d(22, 12, 3, padding: 1);
    private readonly Conv2d up1 = Conv2d(20, 8, 3, padding: 1);
    private readonly Conv2d head = Conv2d(8, 2, 1);

    public GraphUNet()
        : base(nameof(GraphUNet)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var first = relu(down1.call(x));
        var second = relu(down2.call(max_pool2d(first, 2)));
        var deep = relu(bottom.call(max_pool2d(second, 2)));
        var y = relu(up2.call(cat([up.call(deep), second], 1)));
        y = interpolate(y, scale_factor: [2.0, 2.0], mode: InterpolationMode.Nearest);
        y = relu(up1.call(cat([y, first], 1)));
        return head.call(y);
    }
}

/// <summary>A block of a transformer: attention and two linear layers, both beside a shortcut.</summary>
[Bayesian(Family.Gaussian)]
public sealed class GraphTransformer : Module<Tensor, Tensor>
{
    private readonly Linear embed = Linear(6, 16);
    private readonly LayerNorm norm1 = LayerNorm(16);
    private readonly MultiheadAttention attention = MultiheadAttention(16, 4);
    private readonly LayerNorm norm2 = LayerNorm(16);
    private readonly Linear fc1 = Linear(16, 40);
    private readonly Linear fc2 = Linear(40, 16);
    private readonly Linear head = Linear(16, 3);

    public GraphTransformer()
        : base(nameof(GraphTransformer)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var h = embed.call(x);
        var y = norm1.call(h).transpose(0, 1);
        var (attended, _) = attention.call(y, y, y);
        h = h + attended.transpose(0, 1);
        h = h + fc2.call(gelu(fc1.call(norm2.call(h))));
        return head.call(h.mean([1]));
    }
}

/// <summary>A tagger: words to a label each.</summary>
[Bayesian(Family.Gaussian)]
public sealed class GraphTagger : Module<Tensor, Tensor>
{
    private readonly Embedding words = Embedding(30, 12);
    private readonly LSTM lstm = LSTM(12, 40, batchFirst: true);
    private readonly Linear hidden = Linear(40, 14);
    private readonly Linear tags = Linear(14, 5);

    public GraphTagger()
        : base(nameof(GraphTagger)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var (states, _, _) = lstm.call(words.call(x));
        return tags.call(relu(hidden.call(states)));
    }
}

/// <summary>Words through recurrent layers without biases, of two layers or two directions, and a norm that has no numbers.</summary>
[Bayesian(Family.Gaussian)]
public sealed class GraphPlainTagger : Module<Tensor, Tensor>
{
    private readonly LSTM lstm;
    private readonly Conv1d conv = Conv1d(40, 20, 1);
    private readonly InstanceNorm1d norm = InstanceNorm1d(20);
    private readonly Linear tags = Linear(20, 5);

    public GraphPlainTagger(int layers, bool bothWays)
        : base(nameof(GraphPlainTagger))
    {
        lstm = LSTM(12, bothWays ? 20 : 40, layers, bias: false, batchFirst: true, bidirectional: bothWays);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var (states, _, _) = lstm.call(x);
        return tags.call(norm.call(conv.call(states.transpose(1, 2))).mean([2]));
    }
}

/// <summary>The same by GRU, of which the last state alone is read.</summary>
[Bayesian(Family.Gaussian)]
public sealed class GraphGru : Module<Tensor, Tensor>
{
    private readonly Embedding words = Embedding(30, 12);
    private readonly GRU gru = GRU(12, 40);
    private readonly Linear tags = Linear(40, 5);

    public GraphGru()
        : base(nameof(GraphGru)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var (_, state) = gru.call(words.call(x).transpose(0, 1));
        return tags.call(state.squeeze(0));
    }
}
