namespace BayesGen.Tests;

/// <summary>
/// Equality up to rounding, for numbers that two code paths compute. Which kernel a backend takes depends on the processor, on the layout
/// of a tensor, on the size of a batch and on the alignment of memory, and each kernel adds up in an order of its own.
/// </summary>
/// <remarks>
/// A float32 sum of n terms of one order is off by about sqrt(n) 2^-24 of their length, and at worst by n 2^-24. The networks of the tests
/// have up to four layers of at most 784 terms: 4 * 28 * 6e-8 = 7e-6 of the largest output. Bit by bit (<see cref="TensorBits"/>) is for
/// two runs of one code over tensors of one layout, and for what is copied.
/// </remarks>
internal static class Rounding
{
    /// <summary>Part of the largest value, float32.</summary>
    public const double Single = 1e-5;

    public static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        using var scope = NewDisposeScope();
        Compare(Numbers(expected), Numbers(actual));
    }

    public static void AssertSame(IReadOnlyList<double[]> expected, IReadOnlyList<double[]> actual)
    {
        Assert.Equal(expected.Select(row => row.Length), actual.Select(row => row.Length));
        Compare([.. expected.SelectMany(row => row)], [.. actual.SelectMany(row => row)]);
    }

    public static void AssertSame(IReadOnlyList<double> expected, IReadOnlyList<double> actual) => Compare([.. expected], [.. actual]);

    private static void Compare(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var tolerance = Single * expected.Append(1).Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance,
                $"number {i}: expected {expected[i]:R}, found {actual[i]:R}, tolerance {tolerance:G3}");
        }
    }

    private static double[] Numbers(Tensor tensor) => tensor.detach().cpu().to(ScalarType.Float64).contiguous().data<double>().ToArray();
}
