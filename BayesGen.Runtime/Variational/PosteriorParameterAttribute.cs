namespace BayesGen.Variational;

/// <summary>
/// Names one variational parameter of a posterior family, in the order in which the family takes them. The generator reads it from the
/// symbol and the runtime from the type, so that a family of your own is known to both.
/// </summary>
/// <param name="name">The last part of state keys, for example <c>log_sigma</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class PosteriorParameterAttribute(string name) : Attribute
{
    /// <summary>The last part of state keys.</summary>
    public string Name { get; } = name;

    /// <summary>What one number of it belongs to.</summary>
    public ParameterExtent Extent { get; init; }

    /// <summary>
    /// The factor on the learning rate where <c>TrainerOptions.LearningRateFactors</c> is not set. Finite and not negative.
    /// </summary>
    public double LearningRateFactor { get; init; } = 1;
}
