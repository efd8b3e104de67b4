using BayesGen.Kernels;
using BayesGen.Reporting;

namespace BayesGen.Likelihoods;

/// <summary>Classes that exclude each other: see <see cref="Likelihood.Categorical"/>.</summary>
internal sealed class CategoricalLikelihood : ClassLikelihood
{
    /// <summary>How far a sum of probabilities may be from 1, and that of bfloat16, which rounds each to three digits.</summary>
    private const double Slack = 1e-3;
    private const double SlackOfBFloat16 = 1e-2;

    private readonly KeptNumbers? _weights;

    public CategoricalLikelihood(long ignoredLabel, IReadOnlyList<double>? classWeights, double labelSmoothing)
        : base(ignoredLabel)
    {
        if (classWeights is not null && (classWeights.Count < 2 || classWeights.Any(weight => !double.IsFinite(weight) || weight <= 0)))
            throw new ArgumentException(
                $"Class weights are positive and finite, one for each class: {string.Join(", ", classWeights)}.", nameof(classWeights));
        if (!(labelSmoothing >= 0 && labelSmoothing < 1))
            throw new ArgumentOutOfRangeException(
                nameof(labelSmoothing), labelSmoothing, "The part of a label that is spread over all classes is 0 to below 1.");
        (ClassWeights, LabelSmoothing) = (classWeights is null ? null : [.. classWeights], labelSmoothing);
        _weights = ClassWeights is null ? null : new KeptNumbers(ClassWeights);
        Accuracy = ignoredLabel == UsualIgnoredLabel
            ? Metric.Accuracy
            : new Metric(Metric.AccuracyName, (output, target) => Metric.Accuracy.PerExample(output, AsUsual(target)))
            {
                Weight = (output, target) => Metric.Accuracy.Weight!(output, AsUsual(target)),
            };
    }

    /// <summary>For each class what it counts; null counts all alike.</summary>
    public double[]? ClassWeights { get; }

    /// <summary>The part of a label that is spread over all classes.</summary>
    public double LabelSmoothing { get; }

    internal override Metric Accuracy { get; }

    internal override LikelihoodText.Entry Written =>
        new(LikelihoodText.Categorical) { Ignored = IgnoredLabel, Weights = ClassWeights, Smoothing = LabelSmoothing };

    public override string ToString() => "Categorical"
        + (IgnoredLabel == UsualIgnoredLabel ? "" : $", label {IgnoredLabel} ignored")
        + (ClassWeights is null
            ? "" : $", class weights {string.Join(", ", ClassWeights.Select(weight => FormattableString.Invariant($"{weight}")))}")
        + (LabelSmoothing == 0 ? "" : FormattableString.Invariant($", label smoothing {LabelSmoothing}"));

    internal override Metric? UsualMetric(Tensor output, Tensor targets) =>
        !targets.is_floating_point() && TargetShapes.AreClasses(output, targets) ? Accuracy : null;

    internal override void RequireTargets(Tensor targets, string row)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (targets.is_floating_point())
        {
            RequireProbabilities(targets, row);
            return;
        }

        var numbers = targets.to(ScalarType.Int64);
        TargetRows.Require(
            numbers, numbers.lt(TensorNumbers.Zero).logical_and(IsIgnored(numbers).logical_not()), row,
            $"{this} needs class numbers from 0, or {IgnoredLabel} where there is no label");
    }

    internal override (long Least, string Words) LogitsFor(Tensor targets)
    {
        if (targets.is_floating_point() || targets.numel() == 0)
            return (0, "");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var counted = targets.to(ScalarType.Int64);
        counted = counted.masked_fill(IsIgnored(counted), TensorNumbers.Zero);
        var largest = counted.max().item<long>();
        long[] place = [.. counted.eq(Operand(largest)).nonzero()[0].cpu().data<long>()];
        return (largest + 1, $"The target of {TargetRows.Name("example {0}", place)} is class {largest}");
    }

    internal override Tensor Logits(Tensor output)
    {
        if (output.dim() < 2 || output.shape[1] < 2)
            throw new InvalidOperationException(
                $"The network gave an output of shape {TargetShapes.Shape(output)}; a prediction of classes needs logits [N, C] with at "
                + "least two classes. One logit of yes or no is Likelihood.Bernoulli(), a number Likelihood.Gaussian(sigma), for instance: "
                + "say it by TrainerOptions.Likelihood, or in the call.");
        return TargetRows.Of(output);
    }

    internal override int[] Labels(Tensor targets)
    {
        if (targets.is_floating_point() || targets.dim() == 0)
            throw new ArgumentException(
                $"Targets of shape {TargetShapes.Shape(targets)} and dtype {targets.dtype} are not classes; expected whole numbers [N].",
                nameof(targets));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        RequireTargets(targets, "example {0} of a batch");
        var numbers = targets.to(ScalarType.Int64);
        return [.. numbers.masked_fill(IsIgnored(numbers), NoLabelOperand).cpu().contiguous().data<long>().Select(label => (int)label)];
    }

    private protected override FitLoss MakeFitLoss() => IgnoredLabel == UsualIgnoredLabel && ClassWeights is null && LabelSmoothing == 0
        ? FitLoss.CrossEntropy
        : new FitLoss(ToString(), Sum, FitReduction.Sum);

    /// <summary>Numbers to learn have the shape of probabilities, and cross entropy has a value for them: only their values tell.</summary>
    private void RequireProbabilities(Tensor targets, string row)
    {
        var expected = $"{this} needs class numbers of a whole dtype, or probabilities of the classes for each example, from 0 and with a "
            + "sum of 1 (all 0 where there is no label); where targets are numbers to learn, say so: TrainerOptions.Likelihood = "
            + "Likelihood.Gaussian(sigma) or Likelihood.LearnedGaussian, and Likelihood.Bernoulli() where they are answers of yes and no";
        var isPart = targets.isfinite().logical_and(targets.ge(TensorNumbers.Zero));
        TargetRows.Require(targets, isPart.logical_not(), row, expected);
        if (targets.dim() < 2 || targets.size(1) < 2)
            return;
        var sums = targets.sum(1, type: ScalarType.Float64);
        var slack = targets.dtype == ScalarType.BFloat16 ? SlackOfBFloat16 : Slack;
        var isOff = sums.sub(TensorNumbers.One).abs().gt(Operand(slack)).logical_and(sums.ne(TensorNumbers.Zero));
        TargetRows.Require(sums, isOff, row, expected, "The sum of the targets of");
    }

    private Tensor IsIgnored(Tensor labels) => labels.eq(Ignored);

    private Tensor AsUsual(Tensor labels) =>
        labels.is_floating_point() ? labels : labels.to(ScalarType.Int64).masked_fill(IsIgnored(labels), TargetShapes.IgnoredOperand);

    /// <summary>
    /// With weights w, smoothing e and C classes: for label c (1 - e) w_c (-log p_c) + e / C sum_k w_k (-log p_k), as PyTorch has it, and
    /// for probabilities t the same with sum_k t_k in the place of the label.
    /// </summary>
    private Tensor Sum(Tensor output, Tensor target)
    {
        var targets = TargetShapes.Classes(output, AsUsual(target), "Categorical");
        if (ClassWeights is { } weights && weights.Length != output.size(1))
            throw TargetShapes.DoNotFit(output, target, $"There are {weights.Length} class weights for logits of {output.size(1)} classes");
        var losses = -output.log_softmax(1);
        if (ClassWeights is not null)
            losses = losses.mul(_weights!.Along(output, output.dim() - 1));
        var even = LabelSmoothing == 0 ? null : losses.sum(1).MultiplyBy(LabelSmoothing / output.size(1));
        if (targets.is_floating_point())
            return Total((losses * targets).sum(1), even?.masked_fill(targets.sum(1).eq(TensorNumbers.Zero), TensorNumbers.Zero)).sum();
        var isIgnored = targets.eq(TargetShapes.IgnoredOperand);
        var ofLabel = losses.gather(1, targets.masked_fill(isIgnored, TensorNumbers.Zero).unsqueeze(1)).squeeze(1);
        return Total(ofLabel, even).masked_fill(isIgnored, TensorNumbers.Zero).sum();
    }

    private Tensor Total(Tensor ofLabel, Tensor? even) => even is null ? ofLabel : ofLabel.MultiplyBy(1 - LabelSmoothing).AddTo(even);
}
