namespace BayesGen.Likelihoods;

/// <summary>What a network predicts by that was trained or loaded with a likelihood; or a sentence about what is missing.</summary>
internal static class LikelihoodChoice
{
    /// <summary>What classes are predicted by; null where nobody has said it.</summary>
    /// <param name="noted">What is noted on the network, or null.</param>
    /// <exception cref="InvalidOperationException">The network was trained to answer numbers.</exception>
    public static ClassLikelihood? OfClasses(string? noted) => noted is null ? null : Likelihood.Read(noted) switch
    {
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
        : Likelihood.Read(noted) switch
        {
            RegressionLikelihood numbers => numbers,
            var other => throw new InvalidOperationException(
                $"The network was trained under the likelihood '{other}', so its answers are classes and no numbers: use Predict(x) and "
                + "EvaluatePredictions(data), or say another likelihood."),
        };
}
