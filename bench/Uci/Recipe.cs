using BayesGen.Data;
using BayesGen.Optimizers;
using BayesGen.Training;

namespace BayesGen.Benchmarks.Uci;

/// <summary>
/// How every network here is trained, in two halves: first mean and noise apart, then by the likelihood. From the start together, rows
/// that are not fitted yet are taken for noisy ones, and are fitted no more.
/// </summary>
/// <remarks>
/// Nix, Weigend, "Estimating the Mean and Variance of the Target Probability Distribution", 1994, train in this order; Seitzer et al., "On
/// the Pitfalls of Heteroscedastic Uncertainty Estimation with Probabilistic Neural Networks", 2022, say why.
/// </remarks>
public static class Recipe
{
    // TorchSharp makes an object of a number in an expression (a sum of tensors takes the second one times 1, square() is pow(2)), which
    // the garbage collector may take while Torch still reads it: in some million steps that happens. These live as long as the program.
    private static readonly Scalar One = 1;
    private static readonly Scalar MinusOne = -1;
    private static readonly Scalar Two = 2;
    private static readonly Scalar Half = 0.5;
    private static readonly Scalar LogTwoPi = Math.Log(2 * Math.PI);

    /// <summary>
    /// The negative log-likelihood of the mean under one noise for the whole batch, that of its residuals, and the slopes of the
    /// likelihood of the variances given the mean: they move with the residuals, and the mean does not see them.
    /// </summary>
    public static FitLoss Apart { get; } = new("mean and noise apart", ApartSum, FitReduction.Sum);

    /// <summary>The negative log-likelihood of mean and noise: <see cref="FitLoss.LearnedGaussian"/> with numbers that stay.</summary>
    public static FitLoss Together { get; } = new("mean and noise together", TogetherSum, FitReduction.Sum);

    /// <summary>Trains.</summary>
    /// <param name="train">The rows.</param>
    /// <param name="setting">How long, in which batches.</param>
    /// <param name="seed">The seed of noise and order.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="create">Makes a trainer; the second one continues what the first one began.</param>
    public static void Run(
        TensorDataSet train, Setting setting, int seed, double steps, Func<TrainerOptions, bool, VariationalTrainer> create)
    {
        var options = Options(setting, seed, steps / 2);
        using (var first = create(options with { FitLoss = Apart, LearningRateSchedule = null }, false))
            first.Train(train);
        using var second = create(options with { Beta = new ConstantBeta(1), Seed = seed + 1 }, true);
        second.Train(train);
    }

    /// <summary>The second half: the rate falls to zero.</summary>
    private static TrainerOptions Options(Setting setting, int seed, double steps) => new()
    {
        Epochs = setting.Epochs(steps),
        BatchSize = setting.BatchSize,
        LearningRate = 1e-2,
        LearningRateSchedule = LearningRateSchedules.LinearDecay(from: 0),
        FitLoss = Together,
        ElboSamples = 0,
        NonFinite = NonFinitePolicy.Skip(),
        Seed = seed,
        ManageMemory = false,
    };

    /// <summary>The same for a plain network, with a weight decay in the place of a prior.</summary>
    public static TrainerOptions Decayed(TrainerOptions options) => options with
    {
        Optimizer = static (parameters, rate) => new FlatAdamW(parameters, rate, weight_decay: 1e-3),
    };

    private static Tensor ApartSum(Tensor output, Tensor target)
    {
        var halves = output.chunk(2, 1);
        var (mean, logVariance) = (halves[0], halves[1]);
        var squares = target.add(mean, MinusOne).pow(Two);
        var known = squares.detach();
        var noise = known.mean();
        var ofMean = squares.div(noise).add(noise.log(), One).add(LogTwoPi, One).sum();

        // Worth nothing, and with the slopes of the log-likelihood.
        var ofNoise = logVariance.add(known * (-logVariance).exp(), One).sum();
        return ofMean.add(ofNoise, One).add(ofNoise.detach(), MinusOne) * Half;
    }

    private static Tensor TogetherSum(Tensor output, Tensor target)
    {
        var halves = output.chunk(2, 1);
        var (mean, logVariance) = (halves[0], halves[1]);
        var squares = target.add(mean, MinusOne).pow(Two);
        return logVariance.add(squares * (-logVariance).exp(), One).add(LogTwoPi, One).sum() * Half;
    }
}
