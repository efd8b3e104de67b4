namespace BayesGen.Export;

/// <summary>A shape seen from one of its axes.</summary>
internal static class AxisShape
{
    /// <summary>What is before the axis, along it and behind it.</summary>
    public static (int Outer, int N, int Inner) Around(int[] shape, int axis) =>
        (shape[..axis].Aggregate(1, (all, size) => all * size), shape[axis], shape[(axis + 1)..].Aggregate(1, (all, size) => all * size));
}
