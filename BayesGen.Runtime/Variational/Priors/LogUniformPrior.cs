namespace BayesGen.Variational;

/// <summary>
/// p(|z|) proportional to 1/|z| on the scale of a weight: every order of magnitude is as likely as every other. Improper, so it has
/// neither a normalized density nor samples; <see cref="LogUniformPosterior"/> has a divergence to it up to a constant.
/// </summary>
/// <remarks>Kingma, Salimans, Welling, "Variational Dropout and the Local Reparameterization Trick", 2015.</remarks>
public sealed record LogUniformPrior : Prior
{
    /// <summary>The name of the prior, which has no numbers.</summary>
    public override string ToString() => nameof(LogUniformPrior);
}
