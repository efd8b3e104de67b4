namespace BayesGen.Variational;

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

    /// <summary>Which slices of the weight are units, for families that have numbers for units.</summary>
    public UnitAxis Groups { get; init; }
}
