using BayesGen.Pruning;

namespace BayesGen.Compression;

/// <summary>How a threshold is chosen: a value that never changes. A list is copied when it is set.</summary>
public sealed record ThresholdOptions
{
    /// <summary>
    /// How the networks are evaluated. The figure is the accuracy where it measures one, else the fit loss; samples for an ELBO are not
    /// taken.
    /// </summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>The score that thresholds are compared with.</summary>
    public PruningScore Score { get; init; } = PruningScore.Family;

    /// <summary>
    /// The thresholds to choose from. They are tried from the highest down until one is within the tolerance, so the choice is the highest
    /// of them that is. Null makes a grid between the lowest and the highest meaningful scores, which is searched from coarse to fine.
    /// </summary>
    public IReadOnlyList<double>? Candidates
    {
        get;
        init => field = value is null ? null : Array.AsReadOnly([.. value]);
    }

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Evaluation);
        Evaluation.Validate();
        OptionValues.RequireDefined(Score, nameof(Score), nameof(ThresholdOptions));
        if (Candidates is { Count: 0 })
            throw new ArgumentException(
                "ThresholdOptions.Candidates is empty. Leave it null for a grid between the scores.", nameof(Candidates));
        if (Candidates?.FirstOrDefault(candidate => !double.IsFinite(candidate)) is { } wrong && !double.IsFinite(wrong))
            throw new ArgumentException($"ThresholdOptions.Candidates holds {wrong}. A threshold to choose from is a finite number.", nameof(Candidates));
    }
}
