namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>One run: a method, trained on a set for some epochs with a seed.</summary>
/// <param name="Set">The archive to learn.</param>
/// <param name="Method">The method.</param>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="Seed">The seed of weights, noise and order, and of what is held out for calibration.</param>
/// <param name="Members">The number of networks of an ensemble; 1 for the other methods.</param>
/// <param name="Samples">The networks sampled for a prediction, in all.</param>
public sealed record Piece(string Set, string Method, int Epochs, int Seed, int Members, int Samples)
{
    /// <summary>The weight of the divergence; null is that of the recipe.</summary>
    public double? Beta { get; init; }

    /// <summary>All that are asked for: by set, then by method, then by epochs.</summary>
    public static IReadOnlyList<Piece> All(RunOptions options) =>
    [
        .. from set in options.Sets
            from method in options.Methods
            from epochs in options.Epochs
            from seed in options.Seeds
            select new Piece(set, method, epochs, seed, Uncertainty.Method.MembersOf(method, options), options.Samples)
            {
                Beta = Uncertainty.Method.BetaOf(method, options),
            },
    ];

    /// <summary>What its figures depend on besides; an outcome of another setting is computed again.</summary>
    public string Setting => FormattableString.Invariant($"recipe {Recipe.Version}, {Samples} samples");

    /// <summary>The method with what it was told.</summary>
    public string Name => Method + (Members > 1 ? FormattableString.Invariant($" of {Members}") : "")
        + (Beta is { } beta ? FormattableString.Invariant($" at beta {beta}") : "");

    /// <summary>The file of its outcome.</summary>
    public string FileIn(string folder) => Path.Combine(folder, ToString().Replace(", ", "-").Replace(" ", "-") + ".json");

    public override string ToString() => FormattableString.Invariant($"{Set}, {Name}, {Epochs} epochs, seed {Seed}");
}
