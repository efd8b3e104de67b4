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
    }

    public Tensor Floats { get; }

    public Tensor Doubles { get; }

    /// <summary>The numbers of the shards: losses, metrics. None of shards without a row.</summary>
    public double[] Numbers { get; set; } = [];

    /// <summary>The arrays that have anything, with the bytes of an element.</summary>
    public IEnumerable<(Tensor Flat, int Width)> Arrays => ((Tensor Flat, int Width)[])[(Floats, sizeof(float)), (Doubles, sizeof(double))];

    /// <summary>Takes gradients.</summary>
    public void Take(IReadOnlyList<Tensor> gradients)
    {
        foreach (var (view, gradient) in _views.Zip(gradients))
            view.copy_(gradient);
    }

    /// <summary>Adds gradients on the right.</summary>
    public void Add(IReadOnlyList<Tensor> gradients)
    {
        foreach (var (view, gradient) in _views.Zip(gradients))
            AddTo(view, gradient);
    }

    /// <summary>Multiplies the sums.</summary>
    public void Scale(double factor)
    {
        using Scalar scalar = factor;
        foreach (var (flat, _) in Arrays)
            flat.mul_(scalar);
    }

    /// <summary>Adds the sums to gradients.</summary>
    public void AddTo(IReadOnlyList<Tensor> gradients)
    {
        foreach (var (view, gradient) in _views.Zip(gradients))
            AddTo(gradient, view);
    }

    /// <summary>This sum on the left, another one on the right.</summary>
    public void Add(FlatSum right)
    {
        foreach (var ((mine, _), (other, _)) in Arrays.Zip(right.Arrays))
            AddTo(mine, other);
        Numbers = Plus(Numbers, right.Numbers);
    }

    /// <summary>The sum of numbers one by one; one side may have none.</summary>
    public static double[] Plus(double[] left, double[] right) =>
        left.Length == 0 ? right : right.Length == 0 ? left : [.. left.Zip(right, (one, other) => one + other)];

    public void Dispose()
    {
        foreach (var view in _views)
            view.Dispose();
        Floats.Dispose();
        Doubles.Dispose();
    }

    /// <summary>Adds a tensor, which may be on another device.</summary>
    private static void AddTo(Tensor sum, Tensor next)
    {
        if (sum.device_type == next.device_type)
        {
            sum.add_(next, TensorNumbers.One);
            return;
        }

        using var here = next.to(sum.device);
        sum.add_(here, TensorNumbers.One);
    }
}
