using BayesGen.Kernels;

namespace BayesGen.Likelihoods;

/// <summary>Counts: see <see cref="Likelihood.Poisson"/>.</summary>
internal sealed class PoissonLikelihood(bool ignoresNaN = false) : RegressionLikelihood(ignoresNaN)
{
    internal override TargetDensity Density { get; } = new PoissonDensity();

    internal override LikelihoodText.Entry Written => new(LikelihoodText.Poisson) { IgnoresNaN = IgnoresNaN };

    public override string ToString() => IgnoresNaN ? "Poisson, NaN ignored" : "Poisson";

    public override RegressionLikelihood IgnoringNaN() => new PoissonLikelihood(ignoresNaN: true);

    internal override (Tensor Mean, Tensor Variance) Read(Tensor output)
    {
        var rate = TargetRows.Of(output).exp();
        return (rate, rate.clone());
    }

    internal override void RequireTargets(Tensor targets, string row)
    {
        base.RequireTargets(targets, row);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var numbers = targets.to(ScalarType.Float64);
        var isCount = numbers.ge(TensorNumbers.Zero).logical_and(numbers.eq(numbers.floor()));
        TargetRows.Require(
            numbers, isCount.logical_or(numbers.isnan()).logical_not(), row, $"{this} needs counts: whole numbers from 0",
            hint: TargetRows.HintOfScale);
    }

    private protected override FitLoss MakeFitLoss() => new(ToString(), Sum, FitReduction.Sum);

    /// <summary>exp(z) - y z + log Gamma(y + 1) of the log rate z.</summary>
    private Tensor Sum(Tensor output, Tensor target)
    {
        var (targets, counts) = Aligned(output, target);
        return Total(output.exp().Subtract(targets * output).AddTo(targets.AddTo(TensorNumbers.One).lgamma()), counts);
    }
}
