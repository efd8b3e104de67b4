using BayesGen.Parameters;
using BayesGen.Variational;

namespace BayesGen.Training;

/// <summary>
/// What IVON descends: the fit loss as far as gradients go. The divergence is a number for the reports; its gradients are part of the step.
/// </summary>
internal sealed class IvonLoss : VariationalLoss, IScores<GaussianPosterior>
{
    /// <inheritdoc/>
    public override string Name => "IVON";

    /// <summary>KL(q || p) in closed form.</summary>
    /// <inheritdoc/>
    public Tensor Divergence(IReadOnlyList<IScoredWeights<GaussianPosterior>> weights) => ScoredSum.OfRuns(weights, run =>
    {
        using var _ = no_grad();
        if (run is { Mask: null, Prior: GaussianPrior(var center, var scale) }
            && new IvonDivergence(center, scale).Of(run.Posterior.Mu, run.Posterior.LogSigma) is { } value)
            return tensor(value, dtype: ScalarType.Float64, device: CPU);
        using var perWeight = run.Posterior.KlTo(run.Prior) ?? throw NoGaussian(run.Prior, "a weight");
        return run.Sum(perWeight);
    });

    /// <summary>m and s of the prior of a weight.</summary>
    /// <exception cref="NotSupportedException">It is not a Gaussian, or it is learned.</exception>
    public static (double Center, double Scale) PriorOf(FamilyArena arena, NetworkWeight weight) => arena.Priors[weight.Place.Index] switch
    {
        GaussianPrior { IsTrainable: false } prior => (prior.Mean, prior.Scale),
        GaussianPrior => throw new NotSupportedException(
            $"The prior of '{weight.Key}' is trainable, and IVON takes the weight decay from it, which is fixed. Assign a GaussianPrior."),
        var prior => throw NoGaussian(prior, $"'{weight.Key}'"),
    };

    private static NotSupportedException NoGaussian(Prior prior, string what) => new(
        $"IVON needs a Gaussian prior, whose precision is its weight decay, and {what} has the prior {prior.GetType().Name}. Assign a "
        + "GaussianPrior, or train with CreateTrainer.");
}
