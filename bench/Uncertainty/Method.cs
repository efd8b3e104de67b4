using BayesGen.Baselines;
using BayesGen.Data;
using BayesGen.Prediction;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>A method: trains on images and hands a predictor to whoever asks. One recipe for all sets.</summary>
public static class Method
{
    private const string Ensemble = "ensemble";

    /// <summary>Seeds of members lie that far apart, so that members of one ensemble and of the next have different ones.</summary>
    private const int SeedStep = 1_000;

    private static readonly Dictionary<string, Action<Piece, TensorDataSet, Action<Func<Tensor, ClassPrediction>>>> All = new()
    {
        ["plain"] = Plain,
        ["bayesian"] = Bayesian,
        [Ensemble] = BayesianEnsemble,
        ["from-scratch"] = FromScratch,
    };

    /// <summary>The methods in the order of the table.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys];

    /// <summary>What is trained where nothing is said: all but the one that shows what the recipe is for.</summary>
    public static IReadOnlyList<string> Usual { get; } = [.. Names.SkipLast(1)];

    /// <summary>How many networks a method trains.</summary>
    public static int MembersOf(string method, RunOptions options) => method == Ensemble ? options.Members : 1;

    /// <summary>Trains by a method.</summary>
    /// <param name="piece">The method, how long, and with which seed.</param>
    /// <param name="train">The images.</param>
    /// <param name="use">Uses the predictor; then all that was learned is let go.</param>
    public static void Train(Piece piece, TensorDataSet train, Action<Func<Tensor, ClassPrediction>> use) =>
        All[piece.Method](piece, train, use);

    private static void Plain(Piece piece, TensorDataSet train, Action<Func<Tensor, ClassPrediction>> use)
    {
        using var model = Recipe.Plain(train, piece.Epochs, piece.Seed);
        use(x => model.Predict(x, 1, Options(piece)));
    }

    private static void Bayesian(Piece piece, TensorDataSet train, Action<Func<Tensor, ClassPrediction>> use)
    {
        using var model = Recipe.Bayesian(train, piece.Epochs, piece.Seed);
        use(x => model.Predict(x, piece.Samples, Options(piece)));
    }

    private static void BayesianEnsemble(Piece piece, TensorDataSet train, Action<Func<Tensor, ClassPrediction>> use)
    {
        using var ensemble = new DeepEnsemble([.. Enumerable.Range(0, piece.Members).Select(member =>
            Recipe.Bayesian(train, piece.Epochs, piece.Seed + SeedStep * member))]);
        use(x => ensemble.Predict(x, (piece.Samples + piece.Members - 1) / piece.Members, Options(piece)));
    }

    private static void FromScratch(Piece piece, TensorDataSet train, Action<Func<Tensor, ClassPrediction>> use)
    {
        using var model = Recipe.FromScratch(train, piece.Epochs, piece.Seed);
        use(x => model.Predict(x, piece.Samples, Options(piece)));
    }

    private static PredictionOptions Options(Piece piece) => new() { Seed = piece.Seed };
}
