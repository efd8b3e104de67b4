using System.Numerics;

namespace BayesGen.Kernels;

/// <summary>Whether a flat tensor holds finite numbers alone, in one pass that only reads.</summary>
internal static class FiniteCheck
{
    /// <summary>Whether every element is finite.</summary>
    public static bool Passes(Tensor tensor)
    {
        if (tensor.device_type == DeviceType.CPU && tensor.is_contiguous() && !tensor.is_sparse)
        {
            if (tensor.dtype == ScalarType.Float32)
                return KernelRunner.Run<float>(tensor.numel(), Zeros<float>, TensorMemory.AddressOf(tensor)) == 0;
            if (tensor.dtype == ScalarType.Float64)
                return KernelRunner.Run<double>(tensor.numel(), Zeros<double>, TensorMemory.AddressOf(tensor)) == 0;
        }

        using var finite = tensor.isfinite();
        using var all = finite.all();
        return all.item<bool>();
    }

    /// <summary>Whether every element of all of them is finite; the handles are disposed.</summary>
    public static bool Passes(IEnumerable<Tensor> tensors)
    {
        var isFinite = true;
        foreach (var tensor in tensors)
            using (tensor)
                isFinite = isFinite && Passes(tensor);
        return isFinite;
    }

    /// <summary>Zero times a finite number is zero, and NaN else: the sum of products overflows for nobody.</summary>
    private static Vector<T> Zeros<T>(KernelRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = Vector<T>.Zero;
        var row = rows[0];
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
            sum += row[i] * Vector<T>.Zero;
        return sum;
    }
}
