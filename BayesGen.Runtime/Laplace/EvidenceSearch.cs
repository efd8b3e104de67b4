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
    /// <summary>log of the widest range in which a precision is looked for.</summary>
    private const double Widest = 18;

    /// <summary>log of the widest range of the factor on the noise.</summary>
    private const double WidestNoise = 4;
    private const int Steps = 24;
    private const int Narrowings = 40;
    private const int Rounds = 8;

    /// <summary>Sets the precisions, and gives the factor on the noise.</summary>
    /// <param name="precision">That of all layers; null finds them.</param>
    /// <param name="fitsNoise">Whether the noise is found too.</param>
    public double Run(double? precision, bool fitsNoise)
    {
        var noise = 1.0;
        for (var round = 0; round < (fitsNoise ? Rounds : 1); round++)
        {
            var given = noise;
            foreach (var layer in layers)
                layer.Set(precision ?? Math.Exp(Best(log => layer.LogEvidence(Math.Exp(log), given), Widest)), given);
            if (fitsNoise)
                noise = Math.Exp(Best(log => LogEvidence(Math.Exp(log)), WidestNoise));
        }

        foreach (var layer in layers)
            layer.Set(layer.Precision, noise);
        return noise;
    }

    /// <summary>log p(data) of the present precisions, nats.</summary>
    public double LogEvidence(double noise) => logLikelihood(noise) + layers.Sum(layer => layer.LogEvidence(layer.Precision, noise));

    /// <summary>Where a function is largest between -widest and widest: a coarse look, then golden sections around the best.</summary>
    private static double Best(Func<double, double> function, double widest)
    {
        var step = 2 * widest / Steps;
        var best = Enumerable.Range(0, Steps + 1).Select(i => -widest + i * step).MaxBy(function);
        var golden = (Math.Sqrt(5) - 1) / 2;
        var (low, high) = (best - step, best + step);
        var (left, right) = (high - golden * (high - low), low + golden * (high - low));
        var (ofLeft, ofRight) = (function(left), function(right));
        for (var i = 0; i < Narrowings; i++)
        {
            if (ofLeft >= ofRight)
            {
                (high, right, ofRight) = (right, left, ofLeft);
                left = high - golden * (high - low);
                ofLeft = function(left);
            }
            else
            {
                (low, left, ofLeft) = (left, right, ofRight);
                right = low + golden * (high - low);
                ofRight = function(right);
            }
        }

        return (low + high) / 2;
    }
}
