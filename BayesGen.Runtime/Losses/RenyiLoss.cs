using BayesGen.Variational;

namespace BayesGen;

/// <summary>
/// The variational Renyi bound of order alpha, estimated from K draws: draws that explain the data better than their fellows weigh more
/// (alpha below 1) or less (above 1).
/// </summary>
/// <remarks>
/// Li and Turner, "Renyi Divergence Variational Inference", 2016: with log w_k = -N fit_k - beta divergence_k the bound is
/// L = log((1/K) sum_k w_k^(1 - alpha)) / (1 - alpha) (eq. 12), and its gradient sum_k softmax((1 - alpha) log w)_k grad log w_k (eq. 13).
/// <see cref="LossTerms.Total"/> has the gradient of -L / N, its value being the weighted mean of the draws' losses;
/// <see cref="LossTerms.Bound"/>, which the trainer reports, is -L / N itself. One draw makes it the ELBO. Below order 1 the estimate of L
/// from K draws is too low on average and rises with K.
/// </remarks>
public sealed class RenyiLoss : VariationalLoss, IScores<IHasDensity>
{
    /// <summary>A bound of the given order.</summary>
    /// <param name="alpha">The order, finite. At 1 all draws count alike and the bound is the ELBO, estimated from the draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">alpha is not finite.</exception>
    public RenyiLoss(double alpha)
    {
        if (!double.IsFinite(alpha))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The order of a RenyiLoss is a finite number.");
        Alpha = alpha;
    }

    /// <summary>Order 1/2, a common choice between mass covering and mode seeking.</summary>
    public RenyiLoss() : this(0.5)
    {
    }

    /// <summary>The order of the divergence.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override string Name => $"RenyiLoss({Alpha.ToString(System.Globalization.CultureInfo.InvariantCulture)})";

    /// <inheritdoc/>
    public Tensor Divergence(IReadOnlyList<IScoredWeights<IHasDensity>> weights) =>
        ScoredSum.Of(weights, run => MonteCarlo.LogRatio(run.Posterior, run.Prior, run.Sample, Name));

    /// <summary>u = (1 - alpha) (-N fit - beta divergence); null at order 1, where draws count alike.</summary>
    /// <inheritdoc/>
    protected internal override Tensor? LogWeight(Tensor fit, Tensor divergence, double beta, long examples)
    {
        if (Alpha == 1)
            return null;
        using var _ = no_grad();
        var total = (fit * Operand(examples)).AddTo((divergence * Operand(beta)).to(fit.dtype, fit.device));
        return total * Operand(Alpha - 1);
    }

    /// <summary>-L / N = log((1/K) sum_k exp(u_k)) / ((alpha - 1) N).</summary>
    /// <inheritdoc/>
    protected internal override Tensor? Bound(Tensor logMeanWeight, long examples) => logMeanWeight / Operand((Alpha - 1) * examples);
}
