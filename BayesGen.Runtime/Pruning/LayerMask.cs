using BayesGen.Parameters;
using BayesGen.Structure;

namespace BayesGen.Pruning;

/// <summary>The masks of one layer as a matrix between its units: which of its outputs and inputs have a weight that is kept.</summary>
/// <remarks>Every mask is given flat, one tensor for each arena; on top of it counts what the arena itself has pruned.</remarks>
internal sealed class LayerMask
{
    private readonly NetworkArena _arena;
    private readonly (int Family, NetworkWeight Weight)? _weight;
    private readonly (int Family, NetworkWeight Weight)? _bias;

    public LayerMask(NetworkArena arena, UnitLayer layer)
    {
        (_arena, Layer) = (arena, layer);
        (_weight, _bias) = (Find(layer.WeightKey), Find(layer.BiasKey));
    }

    public UnitLayer Layer { get; }

    /// <summary>Which outputs, and which inputs, have a weight that is kept; all where the weight is a plain number.</summary>
    public (bool[] Outputs, bool[] Inputs) Kept(IReadOnlyList<Tensor> keep)
    {
        if (_weight is not { } found)
            return ([.. Enumerable.Repeat(true, Layer.Outputs)], [.. Enumerable.Repeat(true, Layer.Inputs)]);
        using var scope = NewDisposeScope();
        var matrix = Matrix(KeptOf(found, keep)).any(3);
        return (Flags(matrix.any(2)), Flags(matrix.any(1)));
    }

    /// <summary>The weights of the small layer: kept inputs x kept outputs x kernel, group by group.</summary>
    public long CompactWeights(IReadOnlyList<Tensor> keep)
    {
        if (_weight is not { } found)
            return Layer.Weights;
        var (outputs, inputs) = Kept(keep);
        var (wide, deep) = (Layer.Outputs / Layer.Groups, Layer.Inputs / Layer.Groups);
        var all = Layer.KernelSize * Enumerable.Range(0, Layer.Groups).Sum(group =>
            (long)Count(outputs, group, wide) * Count(inputs, group, deep));

        // A row of padding is there and is no weight.
        var features = Layer.Kind == UnitLayerKind.Embedding ? outputs : inputs;
        var padding = found.Weight.Fixed.Sum(part => part.Count) / Math.Max(1, features.Length);
        return all - padding * features.Count(kept => kept);

        static int Count(bool[] kept, int group, int size) => kept.AsSpan(group * size, size).Count(true);
    }

    /// <summary>Prunes the weights and the bias of outputs, where they are Bayesian and not frozen.</summary>
    public void PruneOutputs(IReadOnlyList<Tensor> keep, bool[] pruned)
    {
        using var scope = NewDisposeScope();
        if (Free(_weight) is { } weight)
        {
            var matrix = weight.Weight.Shape.Length == 1 ? weight.Weight.Place.SliceOf(keep[weight.Family]) : Matrix(Slice(weight, keep));
            And(matrix, pruned, matrix.dim() == 1 ? [Layer.Outputs] : [Layer.Groups, Layer.Outputs / Layer.Groups, 1, 1]);
        }

        if (Free(_bias) is { } bias)
            And(Slice(bias, keep), pruned, [Layer.Outputs]);
    }

    /// <summary>Prunes the weights that read inputs, where they are Bayesian and not frozen.</summary>
    public void PruneInputs(IReadOnlyList<Tensor> keep, bool[] pruned)
    {
        using var scope = NewDisposeScope();
        if (Free(_weight) is { } weight)
            And(Matrix(Slice(weight, keep)), pruned, [Layer.Groups, 1, Layer.Inputs / Layer.Groups, 1]);
    }

    private (int, NetworkWeight)? Find(string? key)
    {
        for (var i = 0; key is not null && i < _arena.Families.Count; i++)
            if (_arena.Families[i].Weights.FirstOrDefault(weight => weight.Key == key) is { } weight)
                return (i, weight);
        return null;
    }

    private (int Family, NetworkWeight Weight)? Free((int Family, NetworkWeight Weight)? found) =>
        found is { Weight.IsHeld: false } && !Layer.IsTied ? found : null;

    /// <summary>A row of padding is not pruned, though no mask keeps it.</summary>
    private Tensor KeptOf((int Family, NetworkWeight Weight) found, IReadOnlyList<Tensor> keep)
    {
        var kept = Slice(found, keep) & _arena.Families[found.Family].Mask.Windows[found.Weight.Place.Index];
        foreach (var (offset, count) in found.Weight.Fixed)
            kept.view(-1).narrow(0, offset, count).fill_(Operand(true));
        return kept;
    }

    private static Tensor Slice((int Family, NetworkWeight Weight) found, IReadOnlyList<Tensor> keep) =>
        found.Weight.Place.SliceOf(keep[found.Family]);

    /// <summary>A weight as [group, output, input, place in the kernel], a view.</summary>
    private Tensor Matrix(Tensor weight)
    {
        var (wide, deep) = (Layer.Outputs / Layer.Groups, Layer.Inputs / Layer.Groups);
        return Layer.Kind is UnitLayerKind.TransposedConvolution or UnitLayerKind.Embedding
            ? weight.view(Layer.Groups, deep, wide, -1).transpose(1, 2)
            : weight.view(Layer.Groups, wide, deep, -1);
    }

    private static void And(Tensor mask, bool[] pruned, long[] shape)
    {
        var kept = tensor(pruned, dtype: ScalarType.Bool, device: mask.device).logical_not().view(shape);
        mask.logical_and_(kept);
    }

    private static bool[] Flags(Tensor flags) => flags.cpu().contiguous().data<bool>().ToArray();
}
