using System.Collections.ObjectModel;
using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>
/// The approximate posterior q(w) of independent weights, over variational parameters of one shape. The same class serves all weights
/// of a family at once, laid out flat, and as a window onto a single weight: a window shares the memory of the whole.
/// </summary>
/// <remarks>
/// To add a family of your own, derive from this class, implement <see cref="IPosterior{TSelf}"/>, and say what can score it by
/// <see cref="IHasClosedFormKl"/> or <see cref="IHasDensity"/>. Everything is elementwise; nothing may depend on how weights are laid
/// out.
/// </remarks>
public abstract class Posterior
{
    /// <summary>Takes the variational parameters, which stay owned by the caller.</summary>
    /// <param name="parameters">One tensor for each name of the family, all of one shape.</param>
    protected Posterior(IReadOnlyList<Tensor> parameters) => Parameters = parameters;

    /// <summary>The variational parameters in the order of the family's names.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>The shape of the weight.</summary>
    public long[] Shape => Parameters[0].shape;

    /// <summary>The number of weights.</summary>
    public long Count => Parameters[0].numel();

    /// <summary>One reparameterized draw w = f(parameters, noise).</summary>
    /// <param name="noise">The source of randomness.</param>
    /// <returns>A new tensor of shape <see cref="Shape"/>; gradients flow to <see cref="Parameters"/>.</returns>
    public abstract Tensor Sample(NoiseSource noise);

    /// <summary>E w.</summary>
    /// <returns>A new tensor of shape <see cref="Shape"/>.</returns>
    public abstract Tensor Mean();

    /// <summary>Var w.</summary>
    /// <returns>A new tensor of shape <see cref="Shape"/>.</returns>
    public abstract Tensor Variance();

    /// <summary>The point estimate that a pruned, deterministic network is built from. The mean unless a family says otherwise.</summary>
    /// <returns>A new tensor of shape <see cref="Shape"/>.</returns>
    public virtual Tensor Map() => Mean();

    /// <summary>How clearly a weight differs from zero. A weight is kept where its score is at least the threshold.</summary>
    /// <returns>A new tensor of shape <see cref="Shape"/>; the unit is the family's own.</returns>
    public abstract Tensor Score();

    /// <summary>
    /// -log(Var w / (E w)^2): the score that counts all noise of a weight, whatever its source, and means the same for every family.
    /// </summary>
    /// <returns>A new tensor of shape <see cref="Shape"/>.</returns>
    public Tensor TotalNoiseScore()
    {
        using var mean = Mean();
        using var square = mean.square();
        using var logSignal = square.log();
        using var variance = Variance();
        using var logNoise = variance.log();
        return logSignal - logNoise;
    }
}

/// <summary>What the runtime asks of a family: its parameters' names, how to build and start a posterior, and its default prior.</summary>
/// <typeparam name="TSelf">The posterior class itself.</typeparam>
public interface IPosterior<TSelf>
    where TSelf : Posterior, IPosterior<TSelf>
{
    /// <summary>The name of the family in messages and state files, for example <c>LogUniform</c>.</summary>
    static abstract string FamilyName { get; }

    /// <summary>The names of the variational parameters, in order; they become the last part of state keys.</summary>
    static abstract IReadOnlyList<string> ParameterNames { get; }

    /// <summary>Whether biases are Bayesian where the annotation does not say.</summary>
    static virtual bool IncludesBias => true;

    /// <summary>
    /// Whether the weights are independent Gaussians given the parameters, so that mean and variance say all and
    /// <see cref="Estimator.Local"/> is exact.
    /// </summary>
    static virtual bool SupportsLocal => false;

    /// <summary>
    /// Factors on the learning rate by the name of the parameter, used where <c>TrainerOptions.LearningRateFactors</c> is not set. A
    /// parameter that is not named has factor 1. Each factor is finite and not negative.
    /// </summary>
    static virtual IReadOnlyDictionary<string, double> LearningRateFactors => ReadOnlyDictionary<string, double>.Empty;

    /// <summary>A posterior over the given parameters, without copying them.</summary>
    /// <param name="parameters">One tensor for each of <see cref="ParameterNames"/>, all of one shape.</param>
    static abstract TSelf Over(IReadOnlyList<Tensor> parameters);

    /// <summary>Writes starting values into the parameters of <paramref name="posterior"/>, so that its mean is the given weight.</summary>
    /// <param name="posterior">The window to start.</param>
    /// <param name="weight">The weight of the plain network.</param>
    /// <param name="options">What the annotation says.</param>
    static abstract void Initialize(TSelf posterior, Tensor weight, WeightOptions options);

    /// <summary>The prior where the annotation names none.</summary>
    /// <param name="scale">The scale that the annotation gives, or null.</param>
    /// <exception cref="ArgumentException">A scale is given and the family's prior has none.</exception>
    static abstract Prior DefaultPrior(double? scale);
}

/// <summary>What a loss can use to score a posterior: see <see cref="IHasClosedFormKl"/> and <see cref="IHasDensity"/>.</summary>
public interface IHasDivergence;

/// <summary>A posterior with a closed-form KL divergence to some priors.</summary>
public interface IHasClosedFormKl : IHasDivergence
{
    /// <summary>KL(q || p) of each weight.</summary>
    /// <param name="prior">The prior p.</param>
    /// <returns>
    /// A new tensor of the posterior's shape, in nats, gradients flowing to the parameters; null where there is no closed form to this
    /// prior.
    /// </returns>
    Tensor? KlTo(Prior prior);
}

/// <summary>A posterior whose density can be evaluated.</summary>
public interface IHasDensity : IHasDivergence
{
    /// <summary>log q(w), elementwise.</summary>
    /// <param name="weights">Weights of the posterior's shape.</param>
    /// <returns>A new tensor of the same shape, in nats; gradients flow to the parameters and to <paramref name="weights"/>.</returns>
    Tensor LogProb(Tensor weights);
}

/// <summary>What an annotation says about the weights of one layer. Null means: as the family has it.</summary>
public sealed record WeightOptions
{
    /// <summary>Nothing said.</summary>
    public static WeightOptions Default { get; } = new();

    /// <summary>The prior.</summary>
    public Prior? Prior { get; init; }

    /// <summary>The scale of the family's default prior, used where <see cref="Prior"/> is null.</summary>
    public double? PriorScale { get; init; }

    /// <summary>Whether biases are Bayesian.</summary>
    public bool? IncludeBias { get; init; }

    /// <summary>The starting value of log sigma.</summary>
    public double? InitialLogSigma { get; init; }

    /// <summary>How gradients are estimated.</summary>
    public Estimator Estimator { get; init; }
}
