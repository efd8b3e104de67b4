using System.Globalization;

namespace BayesGen.Likelihoods;

/// <summary>Rows of outputs and targets: one for each example, or for each place of it.</summary>
internal static class TargetRows
{
    /// <summary>How near to 0 and 1 a mean and a deviation are that Float32 has rounded.</summary>
    private const double Near = 1e-4;

    /// <summary>
    /// [N], [N, C] or [N, C, places] as [rows, C], float64, without a graph; the places of an example stand one after the other.
    /// </summary>
    public static Tensor Of(Tensor output)
    {
        var plain = output.detach().to(ScalarType.Float64);
        return plain.dim() switch
        {
            1 => plain.unsqueeze(1),
            2 => plain,
            _ => plain.flatten(2).permute(0, 2, 1).reshape(-1, plain.shape[1]),
        };
    }

    /// <summary>Finds the first target that does not fit, and says which one it is.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="isBad">For each whether it does not fit.</param>
    /// <param name="row">What a row is called, with {0} for its number.</param>
    /// <param name="expected">What is expected, a sentence without its end.</param>
    /// <param name="subject">What the number is that does not fit, up to the name of its row.</param>
    /// <param name="hint">What else to say of targets that do not fit; null says no more.</param>
    /// <exception cref="ArgumentException">One does not.</exception>
    public static void Require(
        Tensor targets, Tensor isBad, string row, string expected, string subject = "The target of", Func<Tensor, string>? hint = null)
    {
        if (!isBad.any().item<bool>())
            return;
        using var scope = NewDisposeScope();
        long[] place = [.. isBad.nonzero()[0].cpu().data<long>()];
        var target = targets;
        foreach (var at in place)
            target = target[at];
        var number = target.to(ScalarType.Float64).item<double>().ToString(CultureInfo.InvariantCulture);
        throw new ArgumentException($"{expected}{hint?.Invoke(targets)}. {subject} {Name(row, place)} is {number}.", nameof(targets));
    }

    /// <summary>
    /// A hint where targets look as <see cref="Tables.Standardize"/> leaves them, for likelihoods that need them as they were; else
    /// nothing.
    /// </summary>
    /// <param name="targets">The targets, at fault.</param>
    public static string HintOfScale(Tensor targets)
    {
        if (targets.numel() < 2)
            return "";
        using var scope = NewDisposeScope();
        var (mean, deviation) = (targets.mean().item<double>(), targets.std(unbiased: false).item<double>());
        return Math.Abs(mean) < Near && Math.Abs(deviation - 1) < Near
            ? "; these have mean 0 and deviation 1, as Standardize leaves targets: set StandardizeOptions.Targets to false"
            : "";
    }

    /// <summary>What a row is called, with its place where it has some.</summary>
    public static string Name(string row, IReadOnlyList<long> place) =>
        string.Format(CultureInfo.InvariantCulture, row, place.Count == 0 ? 0 : place[0])
        + (place.Count > 1 ? $", place [{string.Join(", ", place.Skip(1))}]," : "");
}
