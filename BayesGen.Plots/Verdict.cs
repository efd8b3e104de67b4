namespace BayesGen.Plots;

/// <summary>What a verdict asks of its reader.</summary>
public enum VerdictKind
{
    /// <summary>Nothing to do.</summary>
    Good,

    /// <summary>The numbers do not settle it; the advice says what would.</summary>
    Unclear,

    /// <summary>Something can be improved.</summary>
    Watch,

    /// <summary>Something is wrong.</summary>
    Problem,
}

/// <summary>
/// What a chart says, in words for somebody who sees such a chart for the first time. It is computed from the numbers of the chart.
/// </summary>
/// <param name="Kind">What it asks of its reader.</param>
/// <param name="Headline">The finding in a few words, such as <c>Still falling: train longer.</c></param>
/// <param name="Advice">The numbers behind it, and what to do.</param>
public sealed record Verdict(VerdictKind Kind, string Headline, string Advice)
{
    /// <summary>The headline and the advice.</summary>
    public override string ToString() => $"{Headline} {Advice}";
}
