using BayesGen.Export.Emitted;

namespace BayesGen.Export;

/// <summary>Weights without their zeros.</summary>
internal static class SparseField
{
    /// <summary>The weights of some rows.</summary>
    public static CSharpField Of(CSharpProgram program, PlanConstant weight, int rows)
    {
        program.Regions.UnionWith(["SparseRows", "Gaps"]);
        var columns = weight.Shape.Aggregate(1, (all, size) => all * size) / rows;
        return program.Sparse(weight, values =>
        {
            var (kept, gaps, counts) = (new List<float>(), new List<int>(), new int[rows]);
            for (var row = 0; row < rows; row++)
            {
                var last = -1;
                for (var column = 0; column < columns; column++)
                {
                    if (values[row * columns + column] == 0)
                        continue;
                    kept.Add(values[row * columns + column]);
                    gaps.Add(column - last - 1);
                    last = column;
                    counts[row]++;
                }
            }

            return ([.. kept], [.. gaps], counts);
        });
    }
}
