namespace BayesGen;

/// <summary>A number per example whose mean over all examples is reported, whatever the batch split.</summary>
/// <param name="Name">The name in results and reports.</param>
/// <param name="PerExample">
/// From the network's output and the targets to one number per example: a tensor of as many elements as the batch has examples.
/// </param>
public sealed record Metric(string Name, Func<Tensor, Tensor, Tensor> PerExample)
{
    internal const string AccuracyName = "accuracy";

    /// <summary>The part of examples whose largest output is that of the target class; targets are class numbers.</summary>
    public static Metric Accuracy { get; } = new(AccuracyName, (output, target) => output.argmax(-1).eq(target));

    /// <summary>The mean of a fit loss, without reduction, under the name <c>loss</c>.</summary>
    /// <param name="perExample">From output and targets to one loss per example.</param>
    public static Metric Loss(Func<Tensor, Tensor, Tensor> perExample) => new("loss", perExample);

    /// <summary>The sum over the examples of a batch.</summary>
    internal double Sum(Tensor output, Tensor target)
    {
        using var sum = Total(output, target);
        return sum.Number();
    }

    /// <summary>The same on the device of the output, as a new scalar in double precision.</summary>
    internal Tensor Total(Tensor output, Tensor target)
    {
        using var values = PerExample(output, target);
        if (values.numel() != target.size(0))
            throw new InvalidOperationException(
                $"The metric '{Name}' returned {values.numel()} numbers for {target.size(0)} examples; it returns one per example.");
        using var numbers = values.to(ScalarType.Float64);
        return numbers.sum();
    }
}
