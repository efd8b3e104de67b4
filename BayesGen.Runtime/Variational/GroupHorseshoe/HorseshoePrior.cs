using System.Globalization;

namespace BayesGen.Variational;

/// <summary>
/// The group horseshoe: w = s z v with v ~ N(0, 1) for each weight, z ~ C+(0, 1) for each unit and s ~ C+(0, scale) for the layer, where
/// C+(0, k) is the half-Cauchy distribution with median k. The smaller its scale, the more units it wants to drop.
/// </summary>
/// <remarks>
/// Carvalho, Polson, Scott, "The Horseshoe Estimator for Sparse Signals", 2010; Louizos, Ullrich, Welling, "Bayesian Compression for Deep
/// Learning", 2017. Weights of one unit depend on each other, so there is no density of a single one here.
/// </remarks>
public sealed record HorseshoePrior : Prior
{
    /// <summary>The scale of Louizos et al., 1e-5.</summary>
    public const double DefaultScale = 1e-5;

    /// <summary>The scale of Louizos et al., 1e-5.</summary>
    public HorseshoePrior() : this(DefaultScale)
    {
    }

    /// <summary>A scale of your own.</summary>
    /// <param name="scale">The median of the layer's scale s, positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public HorseshoePrior(double scale)
    {
        if (!double.IsFinite(scale) || scale <= 0)
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale of a HorseshoePrior is a positive, finite number.");
        Scale = scale;
    }

    /// <summary>The median of the layer's scale.</summary>
    public double Scale { get; }

    /// <summary>The name of the prior and its scale.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{nameof(HorseshoePrior)}({Scale})");

    /// <summary>The scale as a part of a pattern.</summary>
    internal void Deconstruct(out double scale) => scale = Scale;
}
