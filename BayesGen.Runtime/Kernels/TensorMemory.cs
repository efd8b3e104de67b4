using System.Runtime.InteropServices;

namespace BayesGen.Kernels;

/// <summary>Where a tensor's first element lies: two tensors with one address share their memory.</summary>
internal static class TensorMemory
{
    /// <summary>
    /// Whether TorchSharp's native library can be asked directly, which takes nanoseconds: every step compares some dozens of addresses.
    /// A program that loads the library from where the runtime does not look for it goes through TorchSharp's own surface.
    /// </summary>
    private static readonly bool IsDirect =
        NativeLibrary.TryLoad("LibTorchSharp", typeof(TensorMemory).Assembly, null, out var library)
        && NativeLibrary.TryGetExport(library, nameof(THSTensor_data), out _);

    /// <summary>The address of the first element; zero for an empty tensor.</summary>
    public static nint AddressOf(Tensor tensor)
    {
        if (tensor.numel() == 0)
            return 0;
        return IsDirect ? THSTensor_data(tensor.Handle) : AddressBySurface(tensor);
    }

    /// <summary>The same by what TorchSharp offers in public.</summary>
    internal static unsafe nint AddressBySurface(Tensor tensor)
    {
        // One element of a detached handle: TorchSharp refuses the raw bytes of a tensor that requires a gradient, and a span over a
        // whole weight could be longer than an int can say.
        using var plain = tensor.detach();
        using var first = plain.as_strided([1], [1], plain.storage_offset());
        if (first.device_type == DeviceType.CPU)
        {
            fixed (byte* address = &MemoryMarshal.GetReference(first.bytes))
                return (nint)address;
        }

        // Storage<T> converts a tensor of another dtype, and a converted copy would have an address of its own.
        nint start = first.dtype switch
        {
            ScalarType.Float32 => first.storage<float>().data_ptr(),
            ScalarType.Float64 => first.storage<double>().data_ptr(),
            _ => throw new NotSupportedException($"Weights of dtype {first.dtype} on {first.device} are not supported; use Float32."),
        };
        return start + (nint)(first.storage_offset() * first.ElementSize);
    }

    [DllImport("LibTorchSharp")]
    private static extern nint THSTensor_data(nint handle);
}
