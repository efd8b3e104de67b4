using System.Runtime.InteropServices;

namespace BayesGen.Structure;

/// <summary>Holds a graph against the forward that it was read from: what was misread gives other numbers.</summary>
internal static class GraphCheck
{
    /// <summary>Runs the graph beside what forward gave.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The input.</param>
    /// <param name="expected">What forward gave for it.</param>
    /// <param name="tolerance">How far they may be apart, as a part of the largest output.</param>
    /// <exception cref="InvalidOperationException">They differ; both numbers are shown.</exception>
    public static void Require(NetworkGraph graph, Tensor input, IReadOnlyList<Tensor> expected, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        IReadOnlyList<Tensor> found;
        try
        {
            found = GraphRun.Outputs(graph, [input]);
        }
        catch (Exception fault) when (fault is ExternalException or ArgumentException or IndexOutOfRangeException)
        {
            throw Misread(graph, fault.Message.Split('\n')[0]);
        }

        if (found.Count != expected.Count)
            throw Misread(graph, $"{found.Count} outputs instead of {expected.Count}");
        foreach (var (wanted, got) in expected.Zip(found))
        {
            if (!wanted.shape.SequenceEqual(got.shape))
                throw Misread(graph, $"[{string.Join(", ", got.shape)}] instead of [{string.Join(", ", wanted.shape)}]");
            if (wanted.numel() == 0)
                continue;
            var (a, b) = (wanted.to(ScalarType.Float64), got.to(ScalarType.Float64));
            var finite = a.nan_to_num(0, 0, 0).abs().max().item<double>();
            // Infinite alike, and NaN alike, is no difference.
            var apart = a.Subtract(b).abs().masked_fill(a.eq(b).logical_or(a.isnan().logical_and(b.isnan())), Operand(0));
            var place = apart.nan_to_num(double.PositiveInfinity).flatten().argmax().item<long>();
            var difference = apart.flatten()[place].item<double>();
            if (!(difference <= tolerance * Math.Max(finite, 1e-30)))
                throw Misread(graph, FormattableString.Invariant(
                    $"{b.flatten()[place].item<double>()} instead of {a.flatten()[place].item<double>()}"));
        }
    }

    private static InvalidOperationException Misread(NetworkGraph graph, string what) => new(
        $"The graph of {graph.Network} does not compute what its forward does: {what}. Forward was misread, or is not the same each time; write "
        + "it in plainer steps (no change in place of a tensor that is used again). Nothing was written or changed.");
}
