namespace BayesGen.Tests;

/// <summary>Equality of tensors bit by bit, so that NaN equals itself and zero differs from minus zero.</summary>
internal static class TensorBits
{
    public static bool Same(Tensor first, Tensor second) =>
        first.dtype == second.dtype
        && first.shape.AsSpan().SequenceEqual(second.shape)
        && Bytes(first).SequenceEqual(Bytes(second));

    private static byte[] Bytes(Tensor tensor) => tensor.detach().cpu().contiguous().bytes.ToArray();
}
