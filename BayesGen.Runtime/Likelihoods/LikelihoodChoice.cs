using BayesGen.Parameters;

namespace BayesGen.Likelihoods;

/// <summary>What a network predicts by that was trained or loaded with a likelihood; or a sentence about what is missing.</summary>
internal static class LikelihoodChoice
{
    /// <summary>What is noted on a network that was trained by the squared error: it answers numbers, of a noise without a name.</summary>
    public const string SquaredError = """{"kind":"squared error"}""";

    /// <summary>What is noted on a network after a training.</summary>
    /// <param name="likelihood">What its targets are, or null.</param>
    /// <param name="fitLoss">What it was trained by; a loss of a user's own says nothing about answers.</param>
    public static string? Noted(Likelihood? likelihood, FitLoss fitLoss) =>
        likelihood?.Text ?? (fitLoss == FitLoss.SquaredError ? SquaredError : null);

    /// <summary>What the network trains by, or was loaded with; null where that is no likelihood, as the squared error is none.</summary>
    /// <exception cref="InvalidOperationException">It is none that is known here.</exception>
    public static Likelihood? NotedOn(NetworkArena arena) => Of(arena.NotedLikelihood);

    /// <summary>The same of a note.</summary>
    public static Likelihood? Of(string? noted) => noted is null or SquaredError ? null : Likelihood.Read(noted);

    /// <summary>What classes are predicted by; null where nobody has said it.</summary>
    /// <param name="noted">What is noted on the network, or null.</param>
    /// <exception cref="InvalidOperationException">The network was trained to answer numbers.</exception>
    public static ClassLikelihood? OfClasses(string? noted) => noted is null ? null : Of(noted) switch
    {
        null => throw new InvalidOperationException(
            "The network was trained by the squared error, so its answers are numbers and no classes, and nobody has named their noise: use "
            + "Predict(x, Likelihood.Gaussian(sigma)) and EvaluatePredictions(data, Likelihood.Gaussian(sigma)), or say another likelihood."),
        ClassLikelihood classes => classes,
        var other => throw new InvalidOperationException(
            $"The network was trained under the likelihood '{other}', so its answers are numbers and no classes: use PredictRegression(x) and "
            + "EvaluateRegression(data), or say another likelihood."),
    };

    /// <summary>What numbers are predicted by.</summary>
    /// <param name="noted">What is noted on the network, or null.</param>
    /// <exception cref="InvalidOperationException">Nobody has said it, or the network was trained to answer classes.</exception>
    public static RegressionLikelihood OfNumbers(string? noted) => noted is null
        ? throw new InvalidOperationException(
            "Nobody has said what the targets of this network are. Train with TrainerOptions.Likelihood, load the state file of a network that "
            + "was, or say it here: Predict(x, Likelihood.Gaussian(sigma)), for instance.")
        : Of(noted) switch
        {
            null => throw new InvalidOperationException(
                "The network was trained by the squared error, which names no noise. Say it here: Predict(x, Likelihood.Gaussian(sigma)), or "
                + "train with TrainerOptions.Likelihood = Likelihood.Gaussian(sigma) or Likelihood.LearnedGaussian."),
            RegressionLikelihood numbers => numbers,
            var other => throw new InvalidOperationException(
                $"The network was trained under the likelihood '{other}', so its answers are classes and no numbers: use Predict(x) and "
                + "EvaluatePredictions(data), or say another likelihood."),
        };
}
