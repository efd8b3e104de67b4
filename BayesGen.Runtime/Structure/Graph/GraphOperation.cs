using TorchSharp.Modules;

namespace BayesGen.Structure;

/// <summary>
/// What a node of a <see cref="NetworkGraph"/> computes in evaluation mode. The records of this file are all that there are. Dimensions
/// may be negative and then count from the last, as in Torch.
/// </summary>
public abstract record GraphOperation
{
    private protected GraphOperation()
    {
    }

    /// <summary>The number of values that come out.</summary>
    public virtual int Outputs => 1;
}

/// <summary>An input of the network.</summary>
/// <param name="Name">The name of the parameter of forward.</param>
/// <param name="Position">Which input it is, from 0.</param>
public sealed record GraphInput(string Name, int Position) : GraphOperation;

/// <summary>
/// A layer of TorchSharp that has weights or a state: Linear, Bilinear, convolutions, Embedding, normalization layers, PReLU, LSTM,
/// GRU, RNN,
/// MultiheadAttention. LSTM has three outputs (output, hidden state, cell state), GRU and RNN two, MultiheadAttention two (output,
/// attention weights), of which some may not be used. Inputs are those of the call without optional ones: one for LSTM; query, key and
/// value for MultiheadAttention.
/// </summary>
/// <param name="Module">The layer; a layer that is used twice stands in two nodes.</param>
/// <param name="Key">Its key in the state, such as <c>block.conv1</c>; the keys of its weights begin with it.</param>
public sealed record LayerCall(nn.Module Module, string Key) : GraphOperation
{
    /// <inheritdoc/>
    public override int Outputs => Module switch
    {
        LSTM => 3,
        GRU or RNN or MultiheadAttention => 2,
        _ => 1,
    };
}

/// <summary>A tensor that no input changes: a parameter or buffer of the network's own, or one made in forward.</summary>
/// <param name="Value">The tensor. It is that of the network, which owns it.</param>
/// <param name="Key">Its key in the state; null where it has none.</param>
public sealed record GraphConstant(Tensor Value, string? Key) : GraphOperation;

/// <summary>A single number, which joins others as a tensor of no dimensions would.</summary>
/// <param name="Value">The number.</param>
public sealed record GraphNumber(double Value) : GraphOperation;

/// <summary>Two values number by number, with broadcasting.</summary>
/// <param name="Kind">Which.</param>
public sealed record Arithmetic(ArithmeticKind Kind) : GraphOperation;

/// <summary>What <see cref="Arithmetic"/> does with two numbers.</summary>
public enum ArithmeticKind
{
    /// <summary>a + b.</summary>
    Add,

    /// <summary>a - b.</summary>
    Subtract,

    /// <summary>a b.</summary>
    Multiply,

    /// <summary>a / b.</summary>
    Divide,

    /// <summary>a to the power of b.</summary>
    Power,

    /// <summary>The larger one.</summary>
    Maximum,

    /// <summary>The smaller one.</summary>
    Minimum,
}

/// <summary>A function of each number by itself.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Alpha">Its first number where it has one, as <see cref="ActivationKind"/> says.</param>
/// <param name="Beta">Its second number where it has one.</param>
public sealed record Activation(ActivationKind Kind, double Alpha = 0, double Beta = 0) : GraphOperation;

/// <summary>The functions of <see cref="Activation"/>; alpha and beta are its numbers.</summary>
public enum ActivationKind
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>min(max(x, 0), 6).</summary>
    Relu6,

    /// <summary>x for x &gt; 0, else alpha x.</summary>
    LeakyRelu,

    /// <summary>x for x &gt; 0, else alpha (exp(x) - 1).</summary>
    Elu,

    /// <summary>The scaled exponential linear unit.</summary>
    Selu,

    /// <summary>x for x &gt; 0, else alpha (exp(x / alpha) - 1).</summary>
    Celu,

    /// <summary>x Phi(x), by the error function.</summary>
    Gelu,

    /// <summary>The approximation of GELU by tanh.</summary>
    GeluTanh,

    /// <summary>x sigmoid(x).</summary>
    Silu,

    /// <summary>x tanh(softplus(x)).</summary>
    Mish,

    /// <summary>1 / (1 + exp(-x)).</summary>
    Sigmoid,

    /// <summary>log sigmoid(x).</summary>
    LogSigmoid,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>min(max(x + 3, 0), 6) / 6.</summary>
    HardSigmoid,

    /// <summary>x min(max(x + 3, 0), 6) / 6.</summary>
    HardSwish,

    /// <summary>min(max(x, alpha), beta); an infinite bound is none.</summary>
    Clamp,

    /// <summary>log(1 + exp(alpha x)) / alpha, and x where alpha x &gt; beta.</summary>
    Softplus,

    /// <summary>x / (1 + |x|).</summary>
    Softsign,

    /// <summary>-x.</summary>
    Negate,

    /// <summary>|x|.</summary>
    Absolute,

    /// <summary>exp x.</summary>
    Exponential,

    /// <summary>log x.</summary>
    Logarithm,

    /// <summary>The square root of x.</summary>
    SquareRoot,

    /// <summary>x squared.</summary>
    Square,

    /// <summary>1 / x.</summary>
    Reciprocal,
}

/// <summary>Dropout of any kind: in evaluation it hands on what it gets.</summary>
/// <param name="Probability">The part that is dropped in training.</param>
public sealed record GraphDropout(double Probability) : GraphOperation;

/// <summary>A softmax along a dimension.</summary>
/// <param name="Dimension">The dimension.</param>
/// <param name="IsLog">Whether the logarithm of it.</param>
public sealed record GraphSoftmax(long Dimension, bool IsLog) : GraphOperation;

/// <summary>The matrix product of two values, of their last two dimensions.</summary>
public sealed record MatrixProduct : GraphOperation;

/// <summary>softmax(q k' / sqrt(d)) v over the last two dimensions of query, key and value.</summary>
/// <param name="IsCausal">Whether a position sees earlier ones and itself alone.</param>
public sealed record AttentionProduct(bool IsCausal) : GraphOperation;
