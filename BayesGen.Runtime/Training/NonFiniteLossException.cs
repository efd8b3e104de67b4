namespace BayesGen;

/// <summary>The loss of a step is not a finite number. The step was not taken: the network is as it was before it.</summary>
public sealed class NonFiniteLossException : ArithmeticException
{
    internal NonFiniteLossException(int epoch, int step, double fit, double divergence, string? parameter)
        : base(
            $"The loss is not finite in step {step} of epoch {epoch} (fit {fit}, divergence {divergence}). "
            + (parameter is null
                ? "Every parameter is finite: look at the inputs and targets of this batch, and at the fit loss. "
                : $"The first parameter that is not finite is '{parameter}'. ")
            + "The step was not taken. A lower learning rate or a longer warm-up of beta often helps.")
    {
        Epoch = epoch;
        Step = step;
        Parameter = parameter;
    }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The step within the epoch, from 1.</summary>
    public int Step { get; }

    /// <summary>The key of the first parameter that is not finite, or null where all are.</summary>
    public string? Parameter { get; }
}
