using static System.FormattableString;

namespace BayesGen.Plots.Verdicts;

/// <summary>What a threshold leaves of the layers.</summary>
internal static class LayerVerdict
{
    /// <summary>A threshold that prunes less than this part is hardly one.</summary>
    private const double Little = 0.1;

    /// <param name="layers">The layers: their keys, how many weights they have, and how many the threshold keeps.</param>
    public static Verdict Of(IReadOnlyList<(string Key, long All, long Kept)> layers)
    {
        List<string> cut = [.. layers.Where(layer => layer.Kept == 0).Select(layer => layer.Key)];
        if (cut.Count > 0)
            return new Verdict(
                VerdictKind.Problem, $"Nothing is left of {(cut.Count == 1 ? "a layer" : Invariant($"{cut.Count} layers"))}.",
                $"The threshold prunes all of {string.Join(", ", cut)}, and no input passes a layer without weights: lower it, or give that layer a threshold of its own.");
        var (all, kept) = (layers.Sum(layer => layer.All), layers.Sum(layer => layer.Kept));
        var part = 1 - (double)kept / all;
        var most = layers.MaxBy(layer => (double)layer.Kept / layer.All);
        return part < Little
            ? new Verdict(
                VerdictKind.Watch, "The threshold prunes little.",
                Invariant($"{kept:N0} of {all:N0} weights stay. Raise it, or train longer: weights that are not needed become noise late."))
            : new Verdict(
                VerdictKind.Good, Invariant($"{Panel.PerCent(part)} of these weights go."),
                Invariant($"{kept:N0} of {all:N0} stay, and every layer keeps some; {most.Key} keeps the largest part, {Panel.PerCent((double)most.Kept / most.All)}."));
    }
}
