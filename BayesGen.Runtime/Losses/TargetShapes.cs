using BayesGen.Kernels;

namespace BayesGen;

/// <summary>
/// Brings targets into the shape and dtype that outputs ask for, or says what does not fit: Torch would broadcast in silence.
/// </summary>
/// <remarks>
/// It asks for sizes one by one: <c>shape</c> leaves native memory to the garbage collector, and this runs in every step.
/// </remarks>
internal static class TargetShapes
{
    /// <summary>The label that PyTorch leaves out by default.</summary>
    public const long Ignored = -100;

    /// <summary>The same as an operand; see <see cref="Kernels.TensorNumbers"/>.</summary>
    public static readonly Scalar IgnoredOperand = Ignored;

    /// <summary>
    /// Targets that are numbers, one for each output; dimensions of 1 after the first do not count, so [N] is as good as [N, 1].
    /// </summary>
    /// <param name="output">The outputs, the example first.</param>
    /// <param name="target">The targets, of any dtype.</param>
    /// <param name="who">The loss or metric that asks, the subject of the sentence.</param>
    /// <returns>The targets in the shape and dtype of the outputs.</returns>
    /// <exception cref="ArgumentException">They are not as many as the outputs, or lie on another device.</exception>
    public static Tensor LikeOutputs(Tensor output, Tensor target, string who)
    {
        RequireTogether(output, target, who);
        if (!SameButOnes(output, target))
            throw DoNotFit(
                output, target, $"{who} needs one target for each output: targets of the outputs' shape, where [N] is as good as [N, 1]");
        return As(InShapeOf(output, target), output.dtype);
    }

    /// <summary>Targets of a network whose outputs are logits [N, C] or [N, C, places].</summary>
    /// <param name="output">The logits; the class is the second dimension.</param>
    /// <param name="target">Class numbers [N] or [N, places] of any whole dtype, or probabilities of the outputs' shape.</param>
    /// <param name="who">The loss or metric that asks, the subject of the sentence.</param>
    /// <returns>Class numbers of dtype Int64, or probabilities of the dtype of the outputs.</returns>
    /// <exception cref="ArgumentException">They are neither, or the outputs are not logits of several classes.</exception>
    public static Tensor Classes(Tensor output, Tensor target, string who)
    {
        RequireTogether(output, target, who);
        if (output.dim() < 2 || output.size(1) < 2)
            throw DoNotFit(
                output, target,
                $"{who} needs logits of at least two classes, [N, C] or [N, C, places]; for one logit an example use "
                + "FitLoss.BinaryCrossEntropy or Likelihood.Bernoulli(), for one number FitLoss.Gaussian(sigma)");
        if (!target.is_floating_point() && AreClasses(output, target))
        {
            var numbers = As(target, ScalarType.Int64);
            return numbers.dim() == output.dim() - 1 ? numbers : numbers.reshape(SizesWithoutClasses(output));
        }

        if (SameSizes(output, target))
            return target.is_floating_point() || AreOneHot(target)
                ? As(target, output.dtype)
                : throw DoNotFit(
                    output, target,
                    $"{who} takes targets of the outputs' shape for probabilities, and whole numbers are some where each example has a "
                    + "single 1; several answers of yes and no are Likelihood.Bernoulli()");
        throw DoNotFit(
            output, target,
            target.is_floating_point()
                ? $"{who} takes class numbers of a whole dtype, [N] (or probabilities of the outputs' shape), and targets are "
                    + $"{target.dtype}; for a regression use FitLoss.Gaussian(sigma) or FitLoss.SquaredError"
                : $"{who} takes one class for each example, [N], or for each place, [N, places] with outputs [N, C, places]: the class "
                    + "is the second dimension");
    }

    /// <summary>Whether targets have the shape of class numbers for logits: that of the outputs without the second dimension.</summary>
    public static bool AreClasses(Tensor output, Tensor target) => output.dim() >= 2 && SameButOnes(output, target, skip: 1);

    /// <summary>Whether whole numbers are 1 for one class and 0 for the others, or 0 for all where there is no label.</summary>
    private static bool AreOneHot(Tensor target)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var numbers = target.to(ScalarType.Int64);
        var isPart = numbers.ge(TensorNumbers.Zero).logical_and(numbers.le(TensorNumbers.One));
        return isPart.all().logical_and(numbers.sum(1).le(TensorNumbers.One).all()).item<bool>();
    }

    /// <summary>Targets or outputs that do not fit.</summary>
    public static ArgumentException DoNotFit(Tensor output, Tensor target, string expected) => new(
        $"{expected}. Outputs are {Shape(output)}, targets {Shape(target)}.");

    /// <summary>The shape as it reads in messages.</summary>
    public static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    /// <summary>Whether two tensors hold the same numbers of the same examples, but for dimensions of 1.</summary>
    public static bool SameButOnes(Tensor output, Tensor target, int skip = -1)
    {
        if (output.dim() == 0 || target.dim() == 0 || output.size(0) != target.size(0))
            return false;
        var at = 1;
        for (var i = 1; i < output.dim(); i++)
        {
            if (i == skip || output.size(i) == 1)
                continue;
            while (at < target.dim() && target.size(at) == 1)
                at++;
            if (at == target.dim() || target.size(at++) != output.size(i))
                return false;
        }

        while (at < target.dim() && target.size(at) == 1)
            at++;
        return at == target.dim();
    }

    /// <summary>The same numbers in the shape of other ones.</summary>
    public static Tensor InShapeOf(Tensor like, Tensor tensor) => SameSizes(like, tensor) ? tensor : tensor.reshape(like.shape);

    private static void RequireTogether(Tensor output, Tensor target, string who)
    {
        if (output.device_type != target.device_type)
            throw new ArgumentException(
                $"{who} finds outputs on {output.device} and targets on {target.device}; move the targets there: "
                + "target.to(output.device).");
    }

    private static Tensor As(Tensor tensor, ScalarType type) => tensor.dtype == type ? tensor : tensor.to(type);

    private static long[] SizesWithoutClasses(Tensor output) => [.. output.shape.Where((_, i) => i != 1)];

    private static bool SameSizes(Tensor one, Tensor other)
    {
        if (one.dim() != other.dim())
            return false;
        for (var i = 0; i < one.dim(); i++)
            if (one.size(i) != other.size(i))
                return false;
        return true;
    }
}
