using BayesGen.Variational;

namespace BayesGen;

/// <summary>
/// Gives the weights of a layer a posterior distribution. On a field or property it means that layer; on a class every layer that has
/// weights, however it was registered, normalization layers excepted. An annotation on a member wins over the one on its class.
/// </summary>
/// <remarks>
/// Classes that derive from an annotated one inherit its annotation as they inherit those of its members; one of their own wins. A network
/// with annotations of its own keeps them wherever it stands in another one, unless the member that holds it is annotated.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class BayesianAttribute : Attribute
{
    /// <summary>Uses one of the families that BayesGen ships.</summary>
    /// <param name="family">The family of the posterior; Gaussian where none is named.</param>
    public BayesianAttribute(Family family = BayesGen.Family.Gaussian) => Family = family;

    /// <summary>Uses a family of your own.</summary>
    /// <param name="posterior">
    /// A class that derives from <see cref="BayesGen.Variational.Posterior"/> and implements <see cref="IPosterior{TSelf}"/> of itself.
    /// </param>
    public BayesianAttribute(Type posterior) => Posterior = posterior;

    /// <summary>The shipped family, or null where <see cref="Posterior"/> names a class.</summary>
    public Family? Family { get; }

    /// <summary>The posterior class of a family of your own, or null.</summary>
    public Type? Posterior { get; }

    /// <summary>
    /// The prior, a class that derives from <see cref="Variational.Prior"/> and has a public constructor without arguments, or one with a
    /// scale where <see cref="PriorScale"/> is set. Unset: the default prior of the family.
    /// </summary>
    public Type? Prior { get; set; }

    /// <summary>The scale of the prior, in units of the weight; positive. Unset (NaN): the default of the prior.</summary>
    public double PriorScale { get; set; } = double.NaN;

    /// <summary>
    /// Whether biases are Bayesian too. Where an annotation does not write it, the family decides (Gaussian and LogUniform: yes,
    /// the others: no), whatever the value of this property reads as: an attribute cannot tell "not written" from its initial value.
    /// </summary>
    public bool IncludeBias { get; set; } = true;

    /// <summary>The starting value of log sigma, natural logarithm. Unset (NaN): the default of the family.</summary>
    public double InitialLogSigma { get; set; } = double.NaN;

    /// <summary>How gradients are estimated. <see cref="Estimator.Local"/> is for Linear and Conv1d to Conv3d layers.</summary>
    public Estimator Estimator { get; set; }

    /// <summary>
    /// Which slices of the weight are units, for families that have numbers for units; others do without. Unset: output channels of a
    /// convolution, words of an embedding, input features of everything else.
    /// </summary>
    public UnitAxis Groups { get; set; }
}
