using BayesGen.Kernels;
using BayesGen.Parameters;
using BayesGen.Variational;

namespace BayesGen;

/// <summary>
/// What to minimize: a fit loss plus a divergence of the posterior from the prior. A loss says which families it can score by
/// implementing <see cref="IScores{TPosterior}"/> for each.
/// </summary>
/// <remarks>
/// With mean fit loss f_k per example, divergence d_k, N examples and draws k = 1..K the loss of one draw is
/// t_k = f_k + beta d_k / N, so that beta = 1 is the negative ELBO per example. The total is sum_k c_k t_k with c_k = 1/K, or
/// c = softmax(u) where <see cref="LogWeight"/> gives u_k. As c is not differentiated, the gradient of draw k is c_k times that of t_k,
/// and draws can be streamed one by one.
/// </remarks>
public abstract class VariationalLoss
{
    /// <summary>The name in messages and reports.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Whether there is nothing to train without a Bayesian weight.</summary>
    internal virtual bool NeedsPosterior => true;

    /// <summary>The divergence of all Bayesian weights under a draw, in nats.</summary>
    /// <param name="draw">The draw.</param>
    /// <returns>A new scalar tensor with its graph.</returns>
    /// <exception cref="NotSupportedException">The loss cannot score a family of the network; the message names it.</exception>
    public Tensor Divergence(WeightDraw draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        return Divergence(draw.Draws);
    }

    internal Tensor Divergence(IReadOnlyList<ArenaDraw> draws)
    {
        Tensor? sum = null;
        foreach (var family in draws.GroupBy(part => part.Arena.Family))
        {
            List<ArenaDraw> parts = [.. family];
            if (!family.Key.IsScoredBy(this))
                throw CannotScore(this, family.Key, parts[0].Arena.Weights[0].Key);
            var divergence = parts[0].Arena.Posterior.Divergence(this, parts);
            sum = sum is null ? divergence : sum.AddTo(divergence.to(sum.dtype, sum.device));
        }

        if (sum is null && !NeedsPosterior)
            return zeros([], dtype: ScalarType.Float32, device: CPU);
        return sum ?? throw new NotSupportedException("The network has no Bayesian weights, so there is no divergence.");
    }

    /// <summary>Puts draws together.</summary>
    /// <param name="fits">The fit loss of each draw: scalars, the mean over the examples of the batch.</param>
    /// <param name="divergences">The divergence of each draw: scalars, as many as fits.</param>
    /// <param name="beta">The weight of the divergence.</param>
    /// <param name="examples">
    /// The number N of training examples that the divergence is shared by; 1 leaves fit + beta * divergence.
    /// </param>
    /// <exception cref="ArgumentException">The lists are empty or differ in length.</exception>
    public LossTerms Aggregate(IReadOnlyList<Tensor> fits, IReadOnlyList<Tensor> divergences, double beta, long examples = 1)
    {
        ArgumentNullException.ThrowIfNull(fits);
        ArgumentNullException.ThrowIfNull(divergences);
        if (fits.Count == 0 || fits.Count != divergences.Count)
            throw new ArgumentException(
                $"Aggregate needs one divergence for each fit loss and at least one; it got {fits.Count} and {divergences.Count}.");
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);

        var totals = stack(fits.Zip(divergences, (fit, divergence) => DrawTotal(fit, divergence, beta, examples)));
        var logWeights = fits.Zip(divergences, (fit, divergence) => LogWeight(fit, divergence, beta, examples)).ToList();
        var (meanFit, meanDivergence) = (stack(fits).mean(), stack(divergences).mean());
        if (logWeights.Any(weight => weight is null))
            return new LossTerms(totals.mean(), meanFit, meanDivergence);

        var logs = stack(logWeights.Select(weight => weight!.detach()));
        var terms = new LossTerms((softmax(logs, 0) * totals).sum(), meanFit, meanDivergence);
        return Bound(logs.logsumexp(0, keepdim: false) - Operand(Math.Log(fits.Count)), examples) is { } bound
            ? terms with { Bound = bound } : terms;
    }

    /// <summary>t = fit + beta * divergence / N.</summary>
    /// <remarks>In single precision at least: a number of three digits is not a sum of a small fit and a large divergence.</remarks>
    internal static Tensor DrawTotal(Tensor fit, Tensor divergence, double beta, long examples)
    {
        var wide = Wide(fit);
        return wide.AddTo(divergence.MultiplyBy(beta / examples).to(wide.dtype, wide.device));
    }

    /// <summary>A fit in single precision at least.</summary>
    internal static Tensor Wide(Tensor fit) => fit.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? fit.to(ScalarType.Float32) : fit;

    /// <summary>
    /// The log-weight u_k of a draw among its fellows, not differentiated; null where all draws count alike.
    /// </summary>
    /// <param name="fit">The mean fit loss of the draw.</param>
    /// <param name="divergence">The divergence of the draw.</param>
    /// <param name="beta">The weight of the divergence.</param>
    /// <param name="examples">The number N of training examples.</param>
    protected internal virtual Tensor? LogWeight(Tensor fit, Tensor divergence, double beta, long examples) => null;

    /// <summary>
    /// The value that the weighted draws stand for, per example, where it is not the weighted mean of their losses; null where it is.
    /// </summary>
    /// <param name="logMeanWeight">log (1/K) sum_k exp(u_k) of the log-weights, a scalar without a graph.</param>
    /// <param name="examples">The number N of training examples.</param>
    protected internal virtual Tensor? Bound(Tensor logMeanWeight, long examples) => null;

    /// <summary>Checks that this loss scores every family of a network.</summary>
    internal void RequireScores(NetworkArena arena)
    {
        foreach (var family in arena.Families)
            if (!family.Family.IsScoredBy(this))
                throw CannotScore(this, family.Family, family.Weights[0].Key);
    }

    internal static NotSupportedException CannotScore(VariationalLoss loss, PosteriorFamily family, string key)
    {
        VariationalLoss[] shipped = [new ElboLoss(), new LogUniformKLLoss(), new GaussianKLLoss(), new RenyiLoss(0.5)];
        var fitting = shipped.Where(family.IsScoredBy).Select(candidate => candidate.Name).ToList();
        return new NotSupportedException(
            $"{loss.Name} cannot score the {family.Name} posterior of '{key}'. Losses that can: "
            + (fitting.Count == 0 ? "none of BayesGen's; write one that implements IScores" : string.Join(", ", fitting)) + ".");
    }
}
