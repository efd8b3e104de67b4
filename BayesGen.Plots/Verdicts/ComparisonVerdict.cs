using BayesGen.Prediction;
using static System.FormattableString;

namespace BayesGen.Plots.Verdicts;

/// <summary>Which of several models errs least, and which knows where it errs.</summary>
internal static class ComparisonVerdict
{
    /// <summary>A model that leaves half of its answers out and keeps this part of its error does not know where it errs.</summary>
    private const double Level = 0.9;

    public static Verdict Of(Comparison comparison)
    {
        var models = comparison.Names.Zip(comparison.RiskCurves, (name, curve) => (
            Name: name, All: curve[^1], Half: curve[Math.Max(0, curve.Length / 2 - 1)])).ToList();
        var best = models.MinBy(model => model.All);
        var surest = models.MinBy(model => model.Half);
        var examples = comparison.RiskCurves[0].Length;
        var risk = comparison.Risk == "wrong" ? "error rate" : comparison.Risk;
        var numbers = $"{Capital(risk)} of all answers and of the surer half: "
            + string.Join("; ", models.Select(model => Invariant($"{model.Name} {model.All:G3} and {model.Half:G3}"))) + ".";
        if (surest.Half > Level * surest.All && surest.All > 0)
            return new Verdict(
                VerdictKind.Watch, models.Count == 1 ? "It does not know where it errs." : "None knows where it errs.",
                numbers + " The surer answers are hardly better than the others, so the uncertainty is of no use to sort them.");
        if (models.Count == 1)
            return new Verdict(VerdictKind.Good, "It knows where it errs.", numbers);
        // Of error rates the standard error is known from the number of examples alone.
        var second = models.Where(model => model.Name != best.Name).Min(model => model.All);
        var chance = comparison.Risk == "wrong" ? 2 * Math.Sqrt((best.All * (1 - best.All) + second * (1 - second)) / examples) : 0;
        var lead = second - best.All > chance
            ? $"{best.Name} errs least"
            : comparison.Risk == "wrong" ? Invariant($"{examples:N0} examples do not tell the best two apart") : "the best two err alike";
        return new Verdict(VerdictKind.Good, $"{Capital(lead)}; {surest.Name} knows best where it errs.", numbers);
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
