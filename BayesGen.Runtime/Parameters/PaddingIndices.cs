using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>Which rows of an embedding stand for padding: no gradient reaches them, so they are a constant and no weight.</summary>
internal static class PaddingIndices
{
    /// <summary>The padding rows of a weight, as runs within it; none where it is not that of an embedding.</summary>
    /// <remarks>TorchSharp does not show what padding_idx an embedding was made with, but its gradient does.</remarks>
    public static IReadOnlyList<(long Offset, long Count)> Of(NetworkWeight weight)
    {
        if (weight is not { Family: not null, Layer: Embedding or EmbeddingBag, Shape.Length: 2, Count: > 0 })
            return [];
        using var scope = NewDisposeScope();
        using var _ = enable_grad();
        var (rows, width) = (weight.Shape[0], weight.Shape[1]);
        var asked = arange(Operand(rows), dtype: ScalarType.Int64, device: weight.Device);

        // One word to a bag.
        var words = weight.Layer is EmbeddingBag ? asked.view(-1, 1) : asked;
        var output = weight.Layer switch
        {
            Embedding embedding => embedding.forward(words),
            EmbeddingBag bag => bag.call(words),
            _ => throw new NotSupportedException(weight.Layer.GetName()),
        };
        var gradient = autograd.grad([output.sum()], [weight.Parameter])[0];
        if (gradient.is_sparse)
            gradient = gradient.to_dense();
        var isPadding = gradient.eq(Operand(0)).all(1);
        return [.. asked[isPadding].to(CPU).data<long>().Select(row => (row * width, width))];
    }
}
