namespace BayesGen.Tests;

/// <summary>Sums down the columns of matrices of every shape, against sums in double precision.</summary>
public class ColumnSumsTests
{
    public static TheoryData<long, long, ScalarType> Shapes
    {
        get
        {
            var data = new TheoryData<long, long, ScalarType>();
            foreach (var dtype in (ScalarType[])[ScalarType.Float32, ScalarType.Float64])
            {
                foreach (var columns in (long[])[1, 3, 16, 20, 33, 64, 150])
                    foreach (var rows in (long[])[1, 2, 511, 4_001])
                        data.Add(rows, columns, dtype);

                // A row that is longer than a block.
                data.Add(3, 20_000, dtype);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SumsMatchDoublePrecision(long rows, long columns, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var matrix = randn(rows, columns, dtype: dtype, device: CPU);
        var sums = ColumnSums.OverAllBut(1, matrix);
        Assert.Equal([columns], sums.shape);
        Assert.Equal(dtype, sums.dtype);
        RequireClose(matrix.to(ScalarType.Float64).sum([0L]), sums, matrix.to(ScalarType.Float64).abs().sum([0L]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void SumsOverAnyDimensionAndLayoutMatchDoublePrecision(int dimension)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var plain = randn(5, 6, 7, 8, dtype: ScalarType.Float32, device: CPU);
        foreach (
            var laid in (Tensor[])[plain, plain.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), plain.slice(3, 0, 8, 2), plain[1..1]])
        {
            long[] others = [.. Enumerable.Range(0, 4).Where(other => other != dimension)];
            var exact = laid.to(ScalarType.Float64);
            RequireClose(exact.sum(others), ColumnSums.OverAllBut(dimension, laid), exact.abs().sum(others));
        }
    }

    [Fact]
    public void SumsDoNotDependOnTheNumberOfThreads()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var matrix = randn(30_000, 48, dtype: ScalarType.Float32, device: CPU);
        var before = get_num_threads();
        try
        {
            List<Tensor> sums = [];
            foreach (var threads in (int[])[1, 2, 3])
            {
                set_num_threads(threads);
                sums.Add(ColumnSums.OverAllBut(1, matrix));
            }

            Assert.All(sums, other => Assert.True(TensorBits.Same(sums[0], other)));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    /// <summary>Within the rounding of a thousand additions one after another, of what is added up without its signs.</summary>
    private static void RequireClose(Tensor exact, Tensor sums, Tensor size)
    {
        var rounding = sums.dtype == ScalarType.Float32 ? 6e-8 : 1.2e-16;
        var excess = ((sums.to(ScalarType.Float64) - exact).abs() - 100 * rounding * size).clamp(min: 0);
        Assert.Equal(0, excess.sum().item<double>());
    }
}
