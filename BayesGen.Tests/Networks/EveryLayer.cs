using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>Recurrent and attention layers, an embedding, and norms that are Bayesian because their own field says so.</summary>
public sealed class Reader : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian)] private readonly Embedding embedding = Embedding(7, 6);
    [Bayesian(Gaussian)] private readonly LSTM lstm = LSTM(6, 6, batchFirst: true);
    [Bayesian(LogUniform)] private readonly GRU gru = GRU(6, 6, batchFirst: true);
    [Bayesian(Gaussian)] private readonly RNN rnn = RNN(6, 6, batchFirst: true);
    [Bayesian(Gaussian)] private readonly MultiheadAttention attention = MultiheadAttention(6, 2);
    [Bayesian(LogUniform)]
    private readonly TransformerEncoderLayer encoder = TransformerEncoderLayer(
        6, 2, 8, dropout: 0, activation: Activations.GELU);
    [Bayesian(Gaussian)] private readonly BatchNorm1d norm = BatchNorm1d(6);
    [Bayesian(Gaussian)] private readonly Linear output = Linear(6, 3);

    public Reader() : base(nameof(Reader)) => RegisterComponents();

    /// <param name="x">Words [N, T] of dtype Int64.</param>
    public override Tensor forward(Tensor x)
    {
        var words = embedding.call(x);
        var (run, _, _) = lstm.call(words);
        var (gated, _) = gru.call(run);
        var (plain, _) = rnn.call(gated);
        var time = plain.transpose(0, 1);
        var (attended, _) = attention.call(time, time, time, null, true, null);
        var encoded = encoder.call(attended, null, null).mean([0]);
        return output.call(norm.call(encoded));
    }
}

/// <summary>Every kind of convolution, and the bilinear layer.</summary>
[Bayesian(Gaussian)]
public sealed class Convolver : Module<Tensor, Tensor>
{
    private readonly Conv1d conv1 = Conv1d(2, 3, 3, padding: 1);
    private readonly ConvTranspose1d up1 = ConvTranspose1d(3, 2, 3, padding: 1);
    private readonly Conv2d conv2 = Conv2d(1, 2, 3, stride: 2, padding: 1);
    private readonly ConvTranspose2d up2 = ConvTranspose2d(2, 1, 2, stride: 2);
    private readonly Conv3d conv3 = Conv3d(1, 2, 2);
    private readonly ConvTranspose3d up3 = ConvTranspose3d(2, 1, 2);
    private readonly LayerNorm norm = LayerNorm(8);
    private readonly GroupNorm group = GroupNorm(1, 2);
    private readonly Bilinear bilinear = Bilinear(8, 8, 3);
    private readonly PReLU activation = PReLU(1);

    public Convolver() : base(nameof(Convolver))
    {
        // TorchSharp leaves the weights of GroupNorm as the memory was.
        init.ones_(group.weight!);
        init.zeros_(group.bias!);
        RegisterComponents();
    }

    /// <param name="x">[N, 2, 8].</param>
    public override Tensor forward(Tensor x)
    {
        var line = group.call(up1.call(conv1.call(x).tanh()));
        var plane = up2.call(conv2.call(line.unsqueeze(1).expand(-1, 1, 2, 8)).tanh());
        var space = up3.call(conv3.call(plane.reshape(-1, 1, 2, 2, 4)).tanh()).reshape(-1, 2, 8);
        var rows = norm.call(space + line);
        return activation.call(bilinear.call(rows.select(1, 0), rows.select(1, 1)));
    }
}
