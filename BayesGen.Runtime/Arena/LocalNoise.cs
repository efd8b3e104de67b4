using System.Numerics;

namespace BayesGen;

/// <summary>
/// y = output + sqrt(variance) eps as one differentiable step: dy/doutput = 1 and dy/dvariance = eps / (2 sqrt(variance)), which is all
/// that is kept for the way back.
/// </summary>
/// <remarks>
/// That is for the CPU. On a device autograd goes backward on a thread of its own, where no dispose scope would free what a managed step
/// makes, so there the noise is added by Torch's own operations.
/// </remarks>
internal sealed class LocalNoise : autograd.SingleTensorFunction<LocalNoise>
{
    /// <summary>Keeps the slope of the root finite where no input reaches an output.</summary>
    private const double Tiny = 1e-12;

    public override string Name => nameof(LocalNoise);

    /// <summary>Adds the noise.</summary>
    /// <param name="output">The layer's outputs under the means of its weights.</param>
    /// <param name="variance">The variances of the outputs.</param>
    /// <param name="noise">The source of eps.</param>
    /// <returns>A new tensor.</returns>
    public static Tensor Add(Tensor output, Tensor variance, NoiseSource noise) =>
        HasKernel(output) ? apply(output, variance, noise) : AddByGraph(output, variance, noise);

    /// <summary>The same by Torch's own operations, which autograd differentiates.</summary>
    internal static Tensor AddByGraph(Tensor output, Tensor variance, NoiseSource noise)
    {
        using var positive = variance + Tiny;
        using var deviation = positive.sqrt();
        using var epsilon = empty_like(output, dtype: output.dtype, device: output.device, requires_grad: false);
        noise.FillNormal(epsilon);
        return addcmul(output, deviation, epsilon, 1);
    }

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (output, noise) = ((Tensor)arguments[0], (NoiseSource)arguments[2]);
        using var variance = LaidOutLike(output, (Tensor)arguments[1]);
        var result = empty_like(output, dtype: output.dtype, device: output.device, requires_grad: false);
        var slope = empty_like(output, dtype: output.dtype, device: output.device, requires_grad: false);
        var rows = (Span<nint>)stackalloc nint[4];
        if (SameLayout(output, result) && SameLayout(output, slope))
        {
            (rows[0], rows[1]) = (TensorMemory.AddressOf(output), TensorMemory.AddressOf(variance));
            (rows[2], rows[3]) = (TensorMemory.AddressOf(slope), TensorMemory.AddressOf(result));
            if (output.dtype == ScalarType.Float32)
                FlatLoop.Run<float>(output.numel(), AddNoise, [noise.NextNormal()], 2, rows);
            else
                FlatLoop.Run<double>(output.numel(), AddNoise, [noise.NextNormal()], 2, rows);
        }
        else
        {
            noise.FillNormal(slope);
            using var positive = variance + Tiny;
            using var deviation = positive.sqrt_();
            using var sum = addcmul(output, deviation, slope, 1);
            result.copy_(sum);
            slope.div_(deviation).mul_(0.5);
        }

        context.save_for_backward([slope]);
        return result;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var slope = context.get_saved_variables()[0];
        return [gradient, gradient * slope, null!];
    }

    /// <summary>Rows: output, variance, eps and then the slope, the result.</summary>
    private static Vector<T> AddNoise<T>(FlatRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (output, variance, noise, result) = (rows[0], rows[1], rows[2], rows[3]);
        var (tiny, half) = (Lanes.Of<T>(Tiny), Lanes.Of<T>(0.5));
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var deviation = Vector.SquareRoot(variance[i] + tiny);
            var epsilon = noise[i];
            result[i] = output[i] + deviation * epsilon;
            noise[i] = half * epsilon / deviation;
        }

        return Vector<T>.Zero;
    }

    private static bool HasKernel(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.dtype is ScalarType.Float32 or ScalarType.Float64;

    /// <summary>The outputs of a layer and its variances may come out in different memory formats.</summary>
    private static Tensor LaidOutLike(Tensor output, Tensor variance)
    {
        if (SameLayout(output, variance))
            return variance.alias();
        var copy = empty_like(output, dtype: output.dtype, device: output.device, requires_grad: false);
        return copy.copy_(variance);
    }

    private static bool SameLayout(Tensor one, Tensor other) => one.stride().SequenceEqual(other.stride());
}
