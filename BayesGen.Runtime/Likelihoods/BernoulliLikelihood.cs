using BayesGen.Kernels;
using BayesGen.Reporting;

namespace BayesGen.Likelihoods;

/// <summary>Yes or no, once or several times: see <see cref="Likelihood.Bernoulli"/>.</summary>
internal sealed class BernoulliLikelihood : ClassLikelihood
{
    private static readonly Scalar Half = 0.5;

    public BernoulliLikelihood(double positiveWeight, long ignoredLabel)
        : base(ignoredLabel)
    {
        if (!double.IsFinite(positiveWeight) || positiveWeight <= 0)
            throw new ArgumentOutOfRangeException(nameof(positiveWeight), positiveWeight, "The weight of a yes is positive and finite.");
        if (ignoredLabel is 0 or 1)
            throw new ArgumentOutOfRangeException(
                nameof(ignoredLabel), ignoredLabel, "The label that says that there is none is neither 0 nor 1, which mean no and yes.");
        PositiveWeight = positiveWeight;
        Accuracy = new Metric(Metric.AccuracyName, PartThatIsRight) { Weight = (output, target) => Rows(Counts(target)).sum(1) };
    }

    /// <summary>What a yes counts.</summary>
    public double PositiveWeight { get; }

    internal override Metric Accuracy { get; }

    internal override LikelihoodText.Entry Written => new(LikelihoodText.Bernoulli) { Ignored = IgnoredLabel, Weights = [PositiveWeight] };

    public override string ToString() => "Bernoulli"
        + (PositiveWeight == 1 ? "" : FormattableString.Invariant($", positive weight {PositiveWeight}"))
        + (IgnoredLabel == UsualIgnoredLabel ? "" : $", label {IgnoredLabel} ignored");

    internal override Metric? UsualMetric(Tensor output, Tensor targets) => Accuracy;

    internal override void RequireTargets(Tensor targets, string row)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var numbers = targets.to(ScalarType.Float64);
        var isPart = numbers.ge(TensorNumbers.Zero).logical_and(numbers.le(TensorNumbers.One));
        TargetRows.Require(
            numbers, isPart.logical_or(IsIgnored(numbers)).logical_not(), row,
            $"{this} needs targets of 0 for no and 1 for yes, or {IgnoredLabel} where there is no label", hint: TargetRows.HintOfScale);
    }

    internal override Tensor Logits(Tensor output)
    {
        if (output.dim() == 0)
            throw new InvalidOperationException("The network gave a single number; Bernoulli needs logits [N], [N, 1] or [N, K].");
        // The questions of an example are its places: one row for each, of the two classes no and yes.
        var logits = output.detach().to(ScalarType.Float64).reshape(-1, 1);
        return cat([zeros_like(logits, dtype: logits.dtype, device: logits.device), logits], 1);
    }

    internal override int[] Labels(Tensor targets)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var numbers = targets.to(ScalarType.Float64);
        var isLabel = numbers.eq(TensorNumbers.Zero).logical_or(numbers.eq(TensorNumbers.One));
        TargetRows.Require(
            numbers, isLabel.logical_or(IsIgnored(numbers)).logical_not(), "example {0} of a batch",
            $"Answers of yes and no are judged by targets 0 and 1, or {IgnoredLabel} where there is no label");
        return [.. numbers.masked_fill(IsIgnored(numbers), NoLabelOperand).cpu().contiguous().data<double>().Select(label => (int)label)];
    }

    private protected override FitLoss MakeFitLoss() => new(ToString(), Sum, FitReduction.Sum);

    private Tensor Sum(Tensor output, Tensor target) => BinaryCrossEntropy.Sum(output, target, PositiveWeight, Ignored, "Bernoulli");

    private Tensor PartThatIsRight(Tensor output, Tensor target)
    {
        var logits = Rows(TargetShapes.InShapeOf(target, output));
        var counts = Rows(Counts(target));
        var isRight = logits.gt(TensorNumbers.Zero).eq(Rows(target).to(ScalarType.Float64).gt(Half));
        var right = (isRight.to(ScalarType.Float64) * counts).sum(1) / counts.sum(1);
        return where(logits.isnan().any(1), full_like(right, Operand(double.NaN), dtype: ScalarType.Float64, device: right.device), right);
    }

    private Tensor Counts(Tensor target) => IsIgnored(target).logical_not().to(ScalarType.Float64);

    private Tensor IsIgnored(Tensor target) => BinaryCrossEntropy.IsLabel(target, Ignored);

    /// <summary>[N, all places].</summary>
    private static Tensor Rows(Tensor tensor) => tensor.reshape(tensor.shape[0], -1);
}
