namespace BayesGen.Variational;

/// <summary>
/// Describes a posterior family, on its class: the one place where the facts of a family stand. The generator and the analyzers read them
/// from the symbol, the runtime from the type, so that a family of your own is known to both. The parameters are described by
/// <see cref="PosteriorParameterAttribute"/>, the closed forms of the KL divergence by <see cref="ClosedFormKlAttribute"/>.
/// </summary>
/// <example>
/// <code>
/// [PosteriorFamily("Laplace", DefaultPrior = typeof(GaussianPrior))]
/// [PosteriorParameter("location")]
/// [PosteriorParameter("log_scale")]
/// public sealed class LaplacePosterior : Posterior, IPosterior&lt;LaplacePosterior&gt;, IHasDensity
/// </code>
/// </example>
/// <param name="name">The name in messages, reports and state schemas: letters, digits and underscores.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PosteriorFamilyAttribute(string name) : Attribute
{
    /// <summary>The name in messages, reports and state schemas, for example <c>LogUniform</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Whether biases are Bayesian where the annotation does not say.</summary>
    public bool IncludesBias { get; init; } = true;

    /// <summary>
    /// Whether the weights are independent Gaussians given the parameters, so that mean and variance say all and
    /// <see cref="Estimator.Local"/> is exact. A family of your own whose weights share parameters cannot have it.
    /// </summary>
    public bool SupportsLocal { get; init; }

    /// <summary>What the number of <see cref="Posterior.Score"/> is, in a few words: the axis of a chart has it.</summary>
    public string ScoreName { get; init; } = "score";

    /// <summary>The lowest number that <see cref="Posterior.Score"/> gives. A threshold there prunes no weight.</summary>
    public double LowestScore { get; init; } = double.NegativeInfinity;

    /// <summary>The highest number that <see cref="Posterior.Score"/> gives. A threshold above it prunes every weight.</summary>
    public double HighestScore { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// The threshold on <see cref="Posterior.Score"/> to begin with, from the paper of the family or from what its score means. Unset
    /// (NaN): none. It lies between <see cref="LowestScore"/> and <see cref="HighestScore"/>.
    /// </summary>
    public double NaturalThreshold { get; init; } = double.NaN;

    /// <summary>
    /// The class of the prior that <see cref="IPosterior{TSelf}.DefaultPrior"/> gives, so that the compiler can say that it takes no scale.
    /// Null: only the runtime knows.
    /// </summary>
    public Type? DefaultPrior { get; init; }
}
