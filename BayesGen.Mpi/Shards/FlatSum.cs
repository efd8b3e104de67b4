using BayesGen.Kernels;

namespace BayesGen.Mpi.Shards;

/// <summary>The gradients of some shards, summed: flat, in the memory of the process.</summary>
internal sealed class FlatSum : IDisposable
{
    private readonly List<Tensor> _views;

    public FlatSum(FlatLayout layout)
    {
        Floats = zeros(layout.Floats, dtype: ScalarType.Float32, device: CPU).DetachFromDisposeScope();
        Doubles = zeros(layout.Doubles, dtype: ScalarType.Float64, device: CPU).DetachFromDisposeScope();
        _views = layout.ViewsOf(this);
        Numbers = [];
    }

    public Tensor Floats { get; }

    public Tensor Doubles { get; }

    /// <summary>The numbers of the shards: losses, metrics.</summary>
    public double[] Numbers { get; set; }

    /// <summary>The arrays that have anything, with the bytes of an element.</summary>
    public IEnumerable<(Tensor Flat, int Width)> Arrays => ((Tensor Flat, int Width)[])[(Floats, sizeof(float)), (Doubles, sizeof(double))];

    /// <summary>Takes gradients, each times a weight.</summary>
    public void Take(IReadOnlyList<Tensor> gradients, double weight)
    {
        foreach (var (view, gradient) in _views.Zip(gradients))
            view.copy_(gradient);
        if (weight == 1)
            return;
        using Scalar factor = weight;
        foreach (var (flat, _) in Arrays)
            flat.mul_(factor);
    }

    /// <summary>Of a shard without a row.</summary>
    public void Clear()
    {
        foreach (var (flat, _) in Arrays)
            flat.ZeroInPlace();
        Array.Clear(Numbers);
    }

    /// <summary>Writes the sums into gradients.</summary>
    public void Give(IReadOnlyList<Tensor> gradients)
    {
        foreach (var (view, gradient) in _views.Zip(gradients))
            gradient.copy_(view);
    }

    /// <summary>This sum on the left, another one on the right.</summary>
    public void Add(FlatSum right)
    {
        foreach (var ((mine, _), (other, _)) in Arrays.Zip(right.Arrays))
            mine.add_(other, TensorNumbers.One);
        Numbers = Plus(Numbers, right.Numbers);
    }

    /// <summary>The sum of numbers one by one.</summary>
    public static double[] Plus(double[] left, double[] right) => [.. left.Zip(right, (one, other) => one + other)];

    public void Dispose()
    {
        foreach (var view in _views)
            view.Dispose();
        Floats.Dispose();
        Doubles.Dispose();
    }
}
