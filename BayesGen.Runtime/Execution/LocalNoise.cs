using System.Numerics;
using BayesGen.Kernels;
using BayesGen.Noise;

namespace BayesGen.Execution;

/// <summary>
/// y = output + sqrt(variance) eps as one differentiable step: dy/doutput = 1 and dy/dvariance = eps / (2 sqrt(variance)), which is all
/// that is kept for the way back, in the memory that the variance no longer needs.
/// </summary>
/// <remarks>
/// That is for the CPU. On a device autograd goes backward on a thread of its own, where no dispose scope would free what a managed step
/// makes, so there the noise is added by Torch's own operations.
/// </remarks>
internal sealed class LocalNoise : autograd.SingleTensorFunction<LocalNoise>
{
    /// <summary>Keeps the slope of the root finite where no input reaches an output.</summary>
    private const double Epsilon = 1e-12;

    /// <summary>Where the way back finds the dimension that the bias runs along; nowhere for a layer without one.</summary>
    private const string Channel = "channel";

    public override string Name => nameof(LocalNoise);

    /// <summary>Adds the noise.</summary>
    /// <param name="output">
    /// The layer's outputs under the means of its weights, such as <see cref="KernelRunner.Takes"/>; <see cref="AddByGraph"/> takes all.
    /// </param>
    /// <param name="variance">The variances of the outputs; overwritten.</param>
    /// <param name="bias">
    /// The variances of the bias, which <paramref name="variance"/> contains without a graph; null where there are none. Torch's
    /// convolutions on the CPU take longer over the gradient of a bias than the sum here does.
    /// </param>
    /// <param name="channel">The dimension of the outputs that the bias runs along.</param>
    /// <param name="noise">The source of eps.</param>
    /// <returns>A new tensor.</returns>
    public static Tensor Add(Tensor output, Tensor variance, Tensor? bias, int channel, NoiseSource noise) =>
        apply(output, variance, bias!, channel, noise);

    /// <summary>The same by Torch's own operations, which autograd differentiates; the bias is in the graph of the variance.</summary>
    public static Tensor AddByGraph(Tensor output, Tensor variance, NoiseSource noise)
    {
        using var positive = variance + Operand(Epsilon);
        using var deviation = positive.sqrt();
        using var epsilon = empty_like(output, dtype: output.dtype, device: output.device, requires_grad: false);
        noise.FillNormal(epsilon);
        return addcmul(output, deviation, epsilon, Operand(1));
    }

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (output, noise) = ((Tensor)arguments[0], (NoiseSource)arguments[4]);

        // Without a graph and without a version of its own: nobody else asks for the variances again.
        var slope = LaidOutLike(output, (Tensor)arguments[1]);
        var result = empty_like(output, dtype: output.dtype, device: output.device, requires_grad: false);
        if (SameLayout(output, result) && SameLayout(output, slope))
        {
            var rows = (Span<nint>)[TensorMemory.AddressOf(output), TensorMemory.AddressOf(slope), TensorMemory.AddressOf(result)];
            if (output.dtype == ScalarType.Float32)
                KernelRunner.Run<float>(output.numel(), AddNoise, [noise.NextNormal()], 2, rows);
            else
                KernelRunner.Run<double>(output.numel(), AddNoise, [noise.NextNormal()], 2, rows);
        }
        else
        {
            using var epsilon = empty_like(slope, dtype: output.dtype, device: output.device, requires_grad: false);
            noise.FillNormal(epsilon);
            using var deviation = slope.AddInPlace(Operand(Epsilon)).sqrt_();
            using var sum = addcmul(output, deviation, epsilon, Operand(1));
            result.copy_(sum);
            slope.copy_(epsilon.div_(deviation).mul_(Operand(0.5)));
        }

        if (arguments[2] is not null)
            context.save_data(Channel, arguments[3]);
        context.save_for_backward([slope]);
        return result;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var slope = context.get_saved_variables()[0];
        var ofVariance = gradient * slope;
        return [gradient, ofVariance, context.get_data(Channel) is int channel ? ColumnSums.OverAllBut(channel, ofVariance) : null!,
            null!, null!];
    }

    /// <summary>Rows: output, variance and then the slope, eps and then the result.</summary>
    private static Vector<T> AddNoise<T>(KernelRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (output, variance, noise) = (rows[0], rows[1], rows[2]);
        var (floor, half) = (VectorMath.Of<T>(Epsilon), VectorMath.Of<T>(0.5));
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var deviation = Vector.SquareRoot(variance[i] + floor);
            var epsilon = noise[i];
            noise[i] = output[i] + deviation * epsilon;
            variance[i] = half * epsilon / deviation;
        }

        return Vector<T>.Zero;
    }

    /// <summary>The outputs of a layer and its variances may come out in different memory formats.</summary>
    private static Tensor LaidOutLike(Tensor output, Tensor variance)
    {
        if (SameLayout(output, variance))
            return variance.detach();
        var copy = empty_like(output, dtype: output.dtype, device: output.device, requires_grad: false);
        return copy.copy_(variance);
    }

    private static bool SameLayout(Tensor one, Tensor other)
    {
        for (var dimension = 0; dimension < one.dim(); dimension++)
            if (one.stride(dimension) != other.stride(dimension))
                return false;
        return true;
    }
}
