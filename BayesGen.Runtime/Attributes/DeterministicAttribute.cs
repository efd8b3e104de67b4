namespace BayesGen;

/// <summary>Takes a layer out of the <see cref="BayesianAttribute"/> of its class: its weights stay plain numbers.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class DeterministicAttribute : Attribute;
