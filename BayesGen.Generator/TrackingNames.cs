namespace BayesGen.SourceGeneration;

/// <summary>The names of the pipeline's steps, for the caching tests.</summary>
internal static class TrackingNames
{
    /// <summary>Models owned by a [Bayesian] on a class or its first annotated member.</summary>
    public const string Annotated = nameof(Annotated);

    /// <summary>Models owned by a [BayesianNetwork].</summary>
    public const string Networks = nameof(Networks);
}
