namespace BayesGen.SourceGeneration.Reading;

/// <summary>
/// Which networks IVON can train. What the runtime alone knows, a prior that is assigned there for one, it checks itself.
/// </summary>
internal static class IvonReader
{
    private const string Instead = "make the trainer by CreateTrainer";

    /// <summary>The arguments of <see cref="Diagnostics.Descriptors.NoIvon"/>, once for each thing that is in the way.</summary>
    /// <param name="scored">What is known to be Bayesian.</param>
    /// <param name="mayBeMore">Whether only the runtime knows all that is.</param>
    /// <param name="known">The types to ask about.</param>
    public static IEnumerable<string[]> Mismatches(IReadOnlyList<ScoredField> scored, bool mayBeMore, KnownTypes known)
    {
        if (scored.Count == 0 && !mayBeMore)
            yield return ["The network has", "no Bayesian weights",
                "IVON moves a Gaussian posterior; annotate a field with [Bayesian(Gaussian)]"];
        foreach (var fields in scored.Where(field => !IsGaussian(field, known)).GroupBy(field => field.Family))
            yield return
            [
                Have(fields),
                $"the {fields.Key.Name} posterior",
                $"IVON moves Gaussian posteriors alone; {Instead}, or annotate with the Gaussian family",
            ];
        foreach (var fields in scored.Where(field => IsGaussian(field, known) && HasOtherPrior(field, known))
            .GroupBy(field => field.Prior!.Name))
            yield return
            [
                Have(fields),
                $"the prior {fields.Key}",
                $"IVON takes its weight decay from the precision of a Gaussian one; {Instead}, or remove Prior (PriorScale may stay)",
            ];
    }

    private static bool IsGaussian(ScoredField field, KnownTypes known) =>
        known.IsShipped(field.Posterior) && field.Posterior.Name == "GaussianPosterior";

    private static bool HasOtherPrior(ScoredField field, KnownTypes known) =>
        field.Prior is { } prior && !(known.IsShipped(prior) && prior.Name == "GaussianPrior");

    private static string Have(IEnumerable<ScoredField> fields)
    {
        var keys = fields.Select(field => $"'{field.Key}'").ToList();
        return keys.Count == 1 ? $"Field {keys[0]} has" : $"Fields {string.Join(", ", keys)} have";
    }
}
