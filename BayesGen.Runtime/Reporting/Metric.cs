using System.Runtime.InteropServices;
using BayesGen.Kernels;

namespace BayesGen.Reporting;

/// <summary>A number per example whose mean over all examples is reported, whatever the batch split.</summary>
/// <param name="Name">The name in results and reports.</param>
/// <param name="PerExample">
/// From the network's output and the targets to one number per example: a tensor of as many elements as the batch has examples.
/// </param>
public sealed record Metric(string Name, Func<Tensor, Tensor, Tensor> PerExample)
{
    internal const string AccuracyName = "accuracy";

    /// <summary>
    /// The part of examples that are classified right, 0 to 1. Targets are class numbers. Outputs are logits [N, C] with targets [N], or
    /// one logit for each example, [N] or [N, 1] with targets 0 and 1, where a logit above 0 means class 1.
    /// </summary>
    /// <remarks>
    /// With places, outputs [N, C, places] and targets [N, places], it is the part of places. What has the label -100 does not count. An
    /// output that is NaN makes it NaN.
    /// </remarks>
    public static Metric Accuracy { get; } = new(AccuracyName, ClassAccuracy.PerExample) { Weight = ClassAccuracy.Counted };

    /// <summary>
    /// From the network's output and the targets to how much each example counts in the mean, such as the number of its places that have a
    /// label; 0 leaves an example out. Null counts each as 1.
    /// </summary>
    public Func<Tensor, Tensor, Tensor>? Weight { get; init; }

    /// <summary>
    /// A number of all examples of an evaluation at once, which is no mean over them, such as an area under a curve. Evaluations compute
    /// it, and early stopping may go by it; steps of a training do not. <c>PredictionMetrics.Of</c> makes one of any figure of a
    /// prediction.
    /// </summary>
    /// <param name="name">The name in results and reports.</param>
    /// <param name="ofAll">
    /// From the outputs and the targets of all examples, on the CPU, to the number. They are kept in memory until then.
    /// </param>
    public static Metric OverAll(string name, Func<Tensor, Tensor, double> ofAll)
    {
        ArgumentNullException.ThrowIfNull(ofAll);
        return new Metric(name, (_, _) => throw new NotSupportedException($"The metric '{name}' is a number of all examples, not of each."))
        {
            OfAll = ofAll,
        };
    }

    /// <summary>From all outputs and targets to the number, of a metric that is no mean; else null.</summary>
    internal Func<Tensor, Tensor, double>? OfAll { get; private init; }

    /// <summary>The mean of a fit loss, without reduction, under the name <c>loss</c>.</summary>
    /// <param name="perExample">From output and targets to one loss per example.</param>
    public static Metric Loss(Func<Tensor, Tensor, Tensor> perExample) => new("loss", perExample);

    /// <summary>The sum over the examples of a batch, and what they count together.</summary>
    internal (double Sum, double Count) Sum(Tensor output, Tensor target)
    {
        using var scope = NewDisposeScope();
        var (sum, count) = Total(output, target);
        return (sum.Number(), count?.Number() ?? target.size(0));
    }

    /// <summary>
    /// The same on the device of the output, as new scalars in double precision; the count is null where each example counts 1.
    /// </summary>
    internal (Tensor Sum, Tensor? Count) Total(Tensor output, Tensor target)
    {
        // A scope and no using: a metric may return what it was given, which others still need.
        using var scope = NewDisposeScope();
        var numbers = Numbers(PerExample, output, target, "numbers");
        if (Weight is null)
            return (numbers.sum().MoveToOuterDisposeScope(), null);
        var weights = Numbers(Weight, output, target, "weights");
        var counted = (numbers * weights).masked_fill(weights.le(TensorNumbers.Zero), TensorNumbers.Zero);
        return (counted.sum().MoveToOuterDisposeScope(), weights.sum().MoveToOuterDisposeScope());
    }

    private Tensor Numbers(Func<Tensor, Tensor, Tensor> measure, Tensor output, Tensor target, string what)
    {
        Tensor values;
        try
        {
            values = measure(output, target);
        }
        catch (ExternalException exception)
        {
            throw new InvalidOperationException(
                $"The metric '{Name}' cannot take outputs of shape {TargetShapes.Shape(output)} and dtype {output.dtype} with targets "
                + $"of shape {TargetShapes.Shape(target)} and dtype {target.dtype}: {exception.Message.Split('\n')[0]}",
                exception);
        }

        if (values is null || target.dim() == 0 || values.numel() != target.size(0))
            throw new InvalidOperationException(
                $"The metric '{Name}' returned {values?.numel() ?? 0} {what} for {(target.dim() == 0 ? 1 : target.size(0))} examples; "
                + "it returns one per example.");
        return values.reshape(-1).to(ScalarType.Float64);
    }
}
