using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>
/// The approximate posterior q(w) over variational parameters with a number for each weight, for each unit or for a layer. The same class
/// serves all weights of a family at once, laid out flat, and as a window onto a single weight: a window shares the memory of the whole.
/// </summary>
/// <remarks>
/// To add a family of your own, derive from this class, implement <see cref="IPosterior{TSelf}"/>, describe the family by
/// <see cref="PosteriorFamilyAttribute"/> and <see cref="PosteriorParameterAttribute"/>, and say what can score it by
/// <see cref="IHasClosedFormKl"/> or <see cref="IHasDensity"/>. Where no parameter is shared, weights are independent, and nothing may
/// depend on how they are laid out. Parameters that weights share broadcast against those of the weights, and the posterior is that of
/// one weight of a layer at a time.
/// </remarks>
public abstract class Posterior
{
    /// <summary>Takes the variational parameters, which stay owned by the caller.</summary>
    /// <param name="parameters">
    /// One tensor for each name of the family: of the weight's shape, or of one that broadcasts against it, as <c>[1, in]</c> for the
    /// input features of a weight <c>[out, in]</c>. At least one has the weight's shape.
    /// </param>
    protected Posterior(IReadOnlyList<Tensor> parameters) => Parameters = parameters;

    /// <summary>The variational parameters in the order of the family's names.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>The shape of the weight.</summary>
    public long[] Shape => Largest.shape;

    /// <summary>The number of weights.</summary>
    public long Count => Largest.numel();

    /// <summary>A parameter with a number for every weight: none has more, but where there is no weight.</summary>
    private Tensor Largest
    {
        get
        {
            var largest = Parameters[0];
            for (var i = 1; i < Parameters.Count; i++)
                if (largest.numel() is var most and not 0 && Parameters[i].numel() is var count && (count == 0 || count > most))
                    largest = Parameters[i];
            return largest;
        }
    }

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
    /// <returns>
    /// A new tensor of shape <see cref="Shape"/>, or with one score for each unit, in a shape that broadcasts to it: units are then kept
    /// and pruned as a whole. What the number means is the family's own.
    /// </returns>
    public abstract Tensor Score();

    /// <summary>
    /// -log(Var w / (E w)^2): the score that counts all noise of a weight, whatever its source, and means the same for every family.
    /// </summary>
    /// <returns>A new tensor of shape <see cref="Shape"/>.</returns>
    public Tensor TotalNoiseScore()
    {
        using var mean = Mean();
        using var square = mean.Squared();
        using var logSignal = square.log();
        using var variance = Variance();
        using var logNoise = variance.log();
        return logSignal.Subtract(logNoise);
    }
}

/// <summary>
/// What the runtime asks of a family as code: how to build and start a posterior, and its default prior. What is a fact and no code stands
/// in <see cref="PosteriorFamilyAttribute"/> and <see cref="PosteriorParameterAttribute"/> on the class, which it needs as well.
/// </summary>
/// <typeparam name="TSelf">The posterior class itself.</typeparam>
public interface IPosterior<TSelf>
    where TSelf : Posterior, IPosterior<TSelf>
{
    /// <summary>A posterior over the given parameters, without copying them.</summary>
    /// <param name="parameters">
    /// One tensor for each <see cref="PosteriorParameterAttribute"/> of the class, in that order, of the weight's shape or of one that
    /// broadcasts against it, as the extents of the parameters are.
    /// </param>
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

/// <summary>A posterior with a closed-form KL divergence to some priors, which <see cref="ClosedFormKlAttribute"/> names.</summary>
public interface IHasClosedFormKl : IHasDivergence
{
    /// <summary>KL(q || p) of each weight.</summary>
    /// <param name="prior">The prior p.</param>
    /// <returns>
    /// A new tensor of the posterior's shape, in nats, gradients flowing to the parameters; null where there is no closed form to this
    /// prior.
    /// </returns>
    Tensor? KlTo(Prior prior);

    /// <summary>
    /// The rest of KL(q || p) where weights share something that is uncertain itself, as a scale for each unit: it counts once for each
    /// unit or layer and not for each weight. Asked only where <see cref="KlTo"/> gives a tensor.
    /// </summary>
    /// <param name="prior">The prior p of the weights.</param>
    /// <returns>
    /// New tensors in nats, each with one term for each unit or layer, in the shape that its parameters have; none for most families.
    /// </returns>
    IReadOnlyList<Tensor> SharedKlTo(Prior prior) => [];
}

/// <summary>A posterior whose density can be evaluated.</summary>
public interface IHasDensity : IHasDivergence
{
    /// <summary>log q(w), elementwise.</summary>
    /// <param name="weights">Weights of the posterior's shape.</param>
    /// <returns>A new tensor of the same shape, in nats; gradients flow to the parameters and to <paramref name="weights"/>.</returns>
    Tensor LogProb(Tensor weights);
}
