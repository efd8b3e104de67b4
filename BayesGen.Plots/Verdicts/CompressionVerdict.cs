using static System.FormattableString;

namespace BayesGen.Plots.Verdicts;

/// <summary>What the smallest form of a network saves, and what it costs.</summary>
internal static class CompressionVerdict
{
    /// <summary>An accuracy that is lost and that nobody misses.</summary>
    private const double Small = 0.005;

    /// <param name="forms">The forms; the first one is what the others are compared with.</param>
    public static Verdict? Of(IReadOnlyList<NetworkForm> forms)
    {
        if (forms.Count < 2)
            return null;
        var first = forms[0];
        var free = forms.Skip(1).Where(form => form.Accuracy >= first.Accuracy - Small).MinBy(form => form.Bytes);
        if (free is null || free.Bytes >= first.Bytes)
        {
            var small = forms.Skip(1).MinBy(form => form.Bytes)!;
            return new Verdict(
                VerdictKind.Watch, small.Bytes < first.Bytes ? "Smaller, at a cost of accuracy." : "Nothing became smaller.",
                Saving(first, small) + Invariant($" Its accuracy is {Panel.PerCent(small.Accuracy)} where {first.Name} has {Panel.PerCent(first.Accuracy)}."));
        }

        return new Verdict(
            VerdictKind.Good, Invariant($"{(double)first.Bytes / free.Bytes:0.#} times smaller, and as accurate."),
            Saving(first, free) + Invariant($" Its accuracy is {Panel.PerCent(free.Accuracy)} where {first.Name} has {Panel.PerCent(first.Accuracy)}."));
    }

    private static string Saving(NetworkForm first, NetworkForm small)
    {
        var ratio = first.Microseconds / small.Microseconds;
        return Invariant($"{small.Name} takes {small.Bytes:N0} bytes instead of {first.Bytes:N0} and is ")
            + ratio switch
            {
                >= 1.1 => Invariant($"{ratio:0.#} times as fast."),
                <= 1 / 1.1 => Invariant($"{1 / ratio:0.#} times slower."),
                _ => "as fast.",
            };
    }
}
