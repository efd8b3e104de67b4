namespace BayesGen.Benchmarks.Uci;

/// <summary>Published figures on the same splits and networks of the same size.</summary>
/// <param name="Source">What was measured, and where it stands.</param>
/// <param name="Rmse">The root mean squared error; null where it was not found.</param>
/// <param name="Nll">The mean negative log-likelihood, nats.</param>
public sealed record Published(string Source, double? Rmse, double Nll)
{
    private const string Vi = "published: VI (Li, Turner 2016)";
    private const string Renyi = "published: Renyi 0.5 (Li, Turner 2016)";
    private const string Dropout = "published: MC dropout, grid (Gal's code, 20 splits)";
    private const string Ensemble = "published: deep ensemble of 5 (Lakshminarayanan 2017)";
    private const string Card = "published: CARD (Han 2022)";

    private static readonly Dictionary<string, Published[]> OfSets = new()
    {
        ["concrete"] =
        [
            new(Vi, 5.42, 3.11), new(Renyi, 5.34, 3.09),
            new(Dropout, 4.82, 2.93), new(Ensemble, 6.03, 3.06), new(Card, null, 2.96),
        ],
        ["energy"] =
        [
            new(Vi, 0.51, 0.77), new(Renyi, 0.81, 1.40),
            new(Dropout, 0.54, 1.21), new(Ensemble, 2.09, 1.38), new(Card, null, 1.04),
        ],
        ["naval-propulsion-plant"] = [
            new(Vi, 0.00, -6.49), new(Renyi, 0.01, -3.58), new(Dropout, 0.0007, -4.45), new(Ensemble, 0.00, -5.63)],
        ["protein-tertiary-structure"] = [
            new(Vi, 4.45, 2.91), new(Renyi, 4.51, 2.92), new(Dropout, 4.27, 2.87), new(Ensemble, 4.71, 2.83)],
        ["yacht"] =
        [
            new(Vi, 0.81, 1.77), new(Renyi, 1.11, 1.82),
            new(Dropout, 0.67, 1.25), new(Ensemble, 1.58, 1.18), new(Card, null, 0.90),
        ],
    };

    /// <summary>Those of a set.</summary>
    public static IReadOnlyList<Published> Of(string set) => OfSets.GetValueOrDefault(set, []);
}
