using BayesGen.Baselines;
using BayesGen.Data;
using BayesGen.Prediction;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>A method: trains on images and hands a predictor to whoever asks. One recipe for all sets.</summary>
public static class Method
{
    private const string Deterministic = "plain";
    private const string Ensemble = "ensemble";

    /// <summary>Seeds of members lie that far apart, so that members of one ensemble and of the next have different ones.</summary>
    private const int SeedStep = 1_000;

    private static readonly string[] NotUsual = ["ivon", "from-scratch"];

    private static readonly Dictionary<string, Action<Piece, TensorDataSet, Action<Func<Tensor, ClassPrediction>>>> All = new()
    {
        [Deterministic] = Plain,
        ["variational"] = Variational,
        ["ivon"] = Ivon,
        [Ensemble] = BayesianEnsemble,
        ["from-scratch"] = FromScratch,
    };

    /// <summary>The methods in the order of the table.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys];

    /// <summary>What is trained where nothing is said.</summary>
    public static IReadOnlyList<string> Usual { get; } = [.. Names.Except(NotUsual)];

    /// <summary>How many networks a method trains.</summary>
    public static int MembersOf(string method, RunOptions options) => method == Ensemble ? options.Members : 1;

    /// <summary>The weight of the divergence, where a method has one and the options say it.</summary>
    public static double? BetaOf(string method, RunOptions options) => method == Deterministic ? null : options.Beta;

    /// <summary>Trains by a method.</summary>
    /// <param name="piece">The method, how long, and with which seed.</param>
    /// <param name="train">The images.</param>
    /// <param name="use">Uses the predictor; then all that was learned is let go.</param>
    public static void Train(Piece piece, TensorDataSet train, Action<Func<Tensor, ClassPrediction>> use) =>
        All[piece.Method](piece, train, use);

    private static void Plain(Piece piece, TensorDataSet train, Action<Func<Tensor, ClassPrediction>> use)
    {
        using var model = Recipe.Plain<LocalLeNet5>(train, piece.Epochs, piece.Seed);
        use(x => model.Predict(x, 1, Options(piece)));
    }

    private static void Variational(Piece piece, TensorDataSet train, Action<Func<Tensor, ClassPrediction>> use)
    {
        using var model = Recipe.Variational(train, piece, piece.Seed);
        use(x => model.Predict(x, piece.Samples, Options(piece)));
    }

    private static void Ivon(Piece piece, TensorDataSet train, Action<Func<Tensor, ClassPrediction>> use)
    {
        using var model = Recipe.Ivon(train, piece, piece.Seed);
        use(x => model.Predict(x, piece.Samples, Options(piece)));
    }

    private static void BayesianEnsemble(Piece piece, TensorDataSet train, Action<Func<Tensor, ClassPrediction>> use)
    {
        using var ensemble = new DeepEnsemble([.. Enumerable.Range(0, piece.Members).Select(member =>
            Recipe.Variational(train, piece, piece.Seed + SeedStep * member))]);
        use(x => ensemble.Predict(x, (piece.Samples + piece.Members - 1) / piece.Members, Options(piece)));
    }

    private static void FromScratch(Piece piece, TensorDataSet train, Action<Func<Tensor, ClassPrediction>> use)
    {
        using var model = Recipe.FromScratch(train, piece, piece.Seed);
        use(x => model.Predict(x, piece.Samples, Options(piece)));
    }

    private static PredictionOptions Options(Piece piece) => new() { Seed = piece.Seed };
}
