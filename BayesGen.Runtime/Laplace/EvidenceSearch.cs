using BayesGen.Prediction;

namespace BayesGen.Laplace;

/// <summary>Finds the precision of the prior of each layer, and the size of the noise, under which the data are most probable.</summary>
/// <remarks>
/// MacKay, "A Practical Bayesian Framework for Backpropagation Networks", 1992; Immer et al., "Scalable Marginal Likelihood Estimation for
/// Model Selection in Deep Learning", 2021. Given the noise the precisions of the layers do not depend on each other.
/// </remarks>
/// <param name="layers">The layers.</param>
/// <param name="logLikelihood">log p(data | w*) as a function of the factor on the variance of the noise.</param>
internal sealed class EvidenceSearch(IReadOnlyList<LayerPosterior> layers, Func<double, double> logLikelihood)
{
    /// <summary>log of the widest range in which a precision and a factor on the noise are looked for.</summary>
    private const double Widest = 18;
    private const int Steps = 24;
    private const int Narrowings = 40;
    private const int Rounds = 8;

    /// <summary>Sets the precisions, and gives the factor on the noise.</summary>
    /// <param name="precision">That of all layers; null finds them.</param>
    /// <param name="fitsNoise">Whether the noise is found too.</param>
    public double Run(double? precision, bool fitsNoise)
    {
        var noise = 1.0;
        for (var round = 0; round < (fitsNoise && precision is null ? Rounds : 1); round++)
        {
            var given = noise;
            foreach (var layer in layers)
                layer.Set(precision ?? Math.Exp(Best(log => layer.LogEvidence(Math.Exp(log), given))), given);
            if (fitsNoise)
                noise = Math.Exp(Best(log => LogEvidence(Math.Exp(log))));
        }

        if (fitsNoise && Math.Abs(Math.Log(noise)) > Widest - 1)
            throw new InvalidOperationException(
                FormattableString.Invariant($"The best factor on the variance of the noise is {noise:G2}, or beyond: the noise that was ")
                + "given belongs to other targets. Give one of about the size of the residuals.");
        foreach (var layer in layers)
            layer.Set(layer.Precision, noise);
        return noise;
    }

    /// <summary>log p(data) of the present precisions, nats.</summary>
    public double LogEvidence(double noise) => logLikelihood(noise) + layers.Sum(layer => layer.LogEvidence(layer.Precision, noise));

    /// <summary>Where a function is largest in the widest range: a coarse look, then golden sections around the best.</summary>
    private static double Best(Func<double, double> function)
    {
        const double step = 2 * Widest / Steps;
        var best = Enumerable.Range(0, Steps + 1).Select(i => -Widest + i * step).MaxBy(function);
        return GoldenSection.Largest(function, best - step, best + step, Narrowings);
    }
}
