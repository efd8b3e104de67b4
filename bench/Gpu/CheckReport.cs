using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>One line for each check: what was found and what was allowed.</summary>
internal sealed class CheckReport
{
    /// <summary>The number of checks that held.</summary>
    public int Passed { get; private set; }

    /// <summary>The number of checks that did not.</summary>
    public int Failed { get; private set; }

    /// <summary>Checks that belong together. What throws has failed, and the groups after it still run.</summary>
    public void Group(string title, Action<CheckReport> checks)
    {
        Console.WriteLine(title);
        try
        {
            checks(this);
        }
        catch (Exception exception)
        {
            Write(false, exception.ToString());
        }
    }

    /// <summary>A number that is at most a bound; one that is NaN fails.</summary>
    public void AtMost(string what, double error, double bound) => Write(error <= bound, $"{what}: {error:G3}, at most {bound:G3}");

    /// <summary>Two numbers that agree up to a part of the first.</summary>
    public void Near(string what, double expected, double found, double bound) =>
        AtMost($"{what}, {found:G7} for {expected:G7}, relative error",
            Math.Abs(expected - found) / Math.Max(Math.Abs(expected), 1e-30), bound);

    /// <summary>Two tensors, wherever they lie, that agree up to a part of the largest number of the first.</summary>
    /// <param name="what">What they are.</param>
    /// <param name="expected">Computed on the CPU.</param>
    /// <param name="found">Computed on the device.</param>
    /// <param name="bound">The part.</param>
    /// <param name="floor">What the largest number counts as, at least.</param>
    public void Near(string what, Tensor expected, Tensor found, double bound, double floor = 1e-30)
    {
        using var scope = NewDisposeScope();
        var (one, other) = (Plain(expected), Plain(found));
        var scale = Math.Max(Largest(one), floor);
        AtMost($"{what}, relative error", Largest(one - other) / scale, bound);
    }

    /// <summary>Two tensors, wherever they lie, that agree bit for bit.</summary>
    public void Same(string what, Tensor expected, Tensor found) => Write(AreSame(expected, found), $"{what}: bit for bit");

    /// <summary>Something that is so or not.</summary>
    public void True(string what, bool isSo) => Write(isSo, what);

    /// <summary>Whether two tensors have the same bits.</summary>
    public static bool AreSame(Tensor one, Tensor other)
    {
        using var scope = NewDisposeScope();
        return one.dtype == other.dtype && one.shape.SequenceEqual(other.shape)
            && one.detach().cpu().contiguous().bytes.SequenceEqual(other.detach().cpu().contiguous().bytes);
    }

    /// <summary>The largest magnitude; no number where there is one that is none.</summary>
    public static double Largest(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.numel() == 0 ? 0 : Plain(tensor).abs().max().item<double>();
    }

    private static Tensor Plain(Tensor tensor) => tensor.detach().to(ScalarType.Float64, CPU);

    private void Write(bool holds, string line)
    {
        if (holds)
            Passed++;
        else
            Failed++;
        Console.WriteLine($"  {(holds ? "ok    " : "FAILED")} {line}");
    }
}
