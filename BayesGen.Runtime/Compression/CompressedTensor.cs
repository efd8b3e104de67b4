using BayesGen.Kernels;
using BayesGen.Serialization;

namespace BayesGen.Compression;

/// <summary>
/// One tensor of a compressed network: multiples of a step, or bytes as they are, or the same as an earlier one that it is tied to.
/// </summary>
/// <param name="Key">Its key in the state of a plain network.</param>
/// <param name="Shape">Its shape.</param>
internal sealed record CompressedTensor(string Key, long[] Shape)
{
    /// <summary>An operand that lives; see <see cref="TensorNumbers"/>.</summary>
    private static readonly Scalar Half = 0.5;

    /// <summary>Where it is rounded: its numbers are those of <see cref="Numbers"/> times 2^-FractionBits.</summary>
    public int FractionBits { get; init; }

    /// <summary>The numbers of a rounded one; null of others.</summary>
    public long[]? Numbers { get; set; }

    /// <summary>The dtype of one that is not rounded.</summary>
    public ScalarType Dtype { get; init; }

    /// <summary>The bytes of one that is not rounded; null of others.</summary>
    public byte[]? Bytes { get; set; }

    /// <summary>The place of the tensor that it is tied to.</summary>
    public int? TiedTo { get; init; }

    /// <summary>The number of its numbers.</summary>
    public long Count => Shape.Aggregate(1L, (all, size) => all * size);

    /// <summary>Rows, columns, and the cells of each: the first dimension, the second, and those behind it.</summary>
    public (int Rows, int Columns, int Inner) Extents => Shape.Length switch
    {
        0 => (1, 1, 1),
        1 => (1, (int)Shape[0], 1),
        _ => ((int)Shape[0], (int)Shape[1], (int)Shape[2..].Aggregate(1L, (all, size) => all * size)),
    };

    /// <summary>The numbers as a tensor: a rounded one in double precision, which holds all its bits.</summary>
    public Tensor ToTensor()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (Numbers is { } numbers)
            return torch.tensor(numbers, dtype: ScalarType.Int64, device: CPU).to(ScalarType.Float64)
                .MultiplyBy(Math.ScaleB(1, -FractionBits)).reshape(Shape).MoveToOuterDisposeScope();
        var plain = zeros(Shape, dtype: Dtype, device: CPU);
        var at = 0;
        TensorBytes.Each(plain, piece =>
        {
            Bytes.AsSpan(at, piece.Length).CopyTo(piece);
            at += piece.Length;
        });
        return plain.MoveToOuterDisposeScope();
    }

    /// <summary>A tensor rounded to multiples of 2^-bits: floor(w 2^bits + 1/2).</summary>
    /// <exception cref="InvalidOperationException">A number is not finite or has too many digits.</exception>
    public static CompressedTensor Rounded(string key, Tensor weight, int bits)
    {
        RequireSize(key, weight);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var scaled = weight.detach().cpu().to(ScalarType.Float64).MultiplyBy(Math.ScaleB(1, bits)).AddTo(Half).floor().contiguous();
        if (scaled.numel() > 0 && !(scaled.abs().max().item<double>() < 1L << 52))
            throw new InvalidOperationException(
                $"A weight of '{key}' is not finite, or too large for {bits} bits behind the point. Give it fewer.");
        return new CompressedTensor(key, weight.shape)
        {
            FractionBits = bits,
            Numbers = scaled.to(ScalarType.Int64).reshape(-1).data<long>().ToArray(),
        };
    }

    /// <summary>A tensor as it is.</summary>
    public static CompressedTensor Exact(string key, Tensor tensor)
    {
        RequireSize(key, tensor);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var plain = tensor.detach().cpu().contiguous();
        var bytes = new byte[plain.numel() * plain.ElementSize];
        var at = 0;
        TensorBytes.Each(plain, piece =>
        {
            piece.CopyTo(bytes.AsSpan(at));
            at += piece.Length;
        });
        return new CompressedTensor(key, tensor.shape) { Dtype = plain.dtype, Bytes = bytes };
    }

    private static void RequireSize(string key, Tensor tensor)
    {
        if (tensor.numel() > Array.MaxLength / tensor.ElementSize)
            throw new NotSupportedException($"'{key}' has {tensor.numel()} numbers, more than a compressed file holds of one tensor.");
    }
}
