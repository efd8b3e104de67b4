namespace BayesGen;

/// <summary>The fit and nothing else: what a network without a Bayesian weight is trained by. It scores no family.</summary>
internal sealed class FitAlone : VariationalLoss
{
    /// <inheritdoc/>
    public override string Name => "fit alone";

    internal override bool NeedsPosterior => false;
}
