using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Optimizers;

/// <summary>Which parameters an optimizer may update through their memory, and how it does.</summary>
internal static class FlatMemory
{
    /// <summary>Whether kernels can update a parameter: on the CPU, of a dtype they know, with all its tensors laid out flat.</summary>
    public static bool IsFlat(Tensor parameter, Tensor gradient, params ReadOnlySpan<Tensor?> state)
    {
        foreach (var tensor in state)
            if (tensor is not null && !IsLike(parameter, tensor))
                return false;
        return KernelRunner.Takes(parameter) && parameter.is_contiguous() && IsLike(parameter, gradient);
    }

    /// <summary>Runs a kernel over a parameter and the tensors that belong to it, and tells autograd that the parameter changed.</summary>
    public static void Update(Tensor parameter, IFlatUpdate update, params ReadOnlySpan<Tensor> others)
    {
        Span<nint> rows = stackalloc nint[others.Length + 1];
        rows[0] = TensorMemory.AddressOf(parameter);
        for (var i = 0; i < others.Length; i++)
            rows[i + 1] = TensorMemory.AddressOf(others[i]);
        if (parameter.dtype == ScalarType.Float32)
            KernelRunner.Run<float>(parameter.numel(), update.Run, rows);
        else
            KernelRunner.Run<double>(parameter.numel(), update.Run, rows);
        RaiseVersion(parameter);
    }

    /// <summary>Tells autograd that a parameter changed in its memory.</summary>
    public static void RaiseVersion(Tensor parameter)
    {
        using var line = parameter.view(-1);
        using var nothing = line.narrow(0, 0, 0);
        nothing.ZeroInPlace();
    }

    private static bool IsLike(Tensor parameter, Tensor tensor) =>
        tensor.is_contiguous() && !tensor.is_sparse && tensor.dtype == parameter.dtype && tensor.device_type == parameter.device_type
        && tensor.numel() == parameter.numel();
}

/// <summary>One step of an optimizer as a kernel; the parameter is row 0.</summary>
internal interface IFlatUpdate
{
    /// <summary>Moves the parameter and the state beside it.</summary>
    Vector<T> Run<T>(KernelRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
