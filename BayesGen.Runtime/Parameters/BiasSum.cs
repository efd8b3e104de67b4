using BayesGen.Kernels;

namespace BayesGen.Parameters;

/// <summary>
/// The outputs of a convolution as they are, on whose way back the gradient of its bias is summed: dL/db_c is the sum of dL/dy_c over
/// images and places.
/// </summary>
internal sealed class BiasSum : autograd.SingleTensorFunction<BiasSum>
{
    /// <summary>Where the channels are in the outputs of a convolution in two dimensions.</summary>
    private const int Channels = 1;

    public override string Name => nameof(BiasSum);

    /// <summary>Lets the gradient of the bias come from here.</summary>
    /// <param name="output">[N, C, H, W], computed with a bias that asked for no gradient.</param>
    /// <param name="bias">[C], a leaf that asks for one.</param>
    /// <returns>The same memory.</returns>
    public static Tensor Of(Tensor output, Tensor bias) => apply(output, bias);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        // As an operation in place, though it changes nothing: what comes out may then be written over by the next one (a ReLU in place),
        // which autograd forbids for a view that comes out of a function.
        var output = (Tensor)arguments[0];
        context.mark_dirty([output]);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient) =>
        [gradient, ColumnSums.OverAllBut(Channels, gradient)];
}
