namespace BayesGen.Training;

/// <summary>
/// The loss of a step, or its gradient, is not a finite number, or the fit loss has grown to a thousand times the largest of the first
/// steps. The step was not taken: the weights are as they were before it. On a device that is read every so many steps only, it was taken
/// (with a gradient of zero where the loss was not finite), and some steps after it; the message says so.
/// </summary>
public sealed class NonFiniteLossException : ArithmeticException
{
    internal NonFiniteLossException(
        int epoch, int step, double fit, double divergence, string? parameter, string? drawn, string look = "")
        : this(epoch, step, parameter,
            $"The loss is not finite in step {step} of epoch {epoch} (fit {fit}, divergence {divergence}). "
            + Cause(parameter, drawn, double.IsFinite(divergence)) + look)
    {
    }

    private NonFiniteLossException(string message, int epoch, int step, string? parameter)
        : base(message) => (Epoch, Step, Parameter) = (epoch, step, parameter);

    private NonFiniteLossException(int epoch, int step, string? parameter, string what, string taken = "The step was not taken. ")
        : base(what + taken + "A lower learning rate or a longer warm-up of beta often helps.")
    {
        Epoch = epoch;
        Step = step;
        Parameter = parameter;
    }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The step within the epoch, from 1.</summary>
    public int Step { get; }

    /// <summary>The key of the first parameter that is not finite, or whose gradient is not; null where all are.</summary>
    public string? Parameter { get; }

    private static string Cause(string? parameter, string? drawn, bool isDivergenceFinite) => (parameter, drawn, isDivergenceFinite) switch
    {
        ({ } key, _, _) => $"The first parameter that is not finite is '{key}'. ",
        (_, { } key, _) => $"Every parameter is finite, and the weights drawn for '{key}' are not: its posterior is too wide for its "
            + "dtype. "
            + "Look at InitialLogSigma and at the bounds of the posterior. ",
        (_, _, false) => "Every parameter is finite, and the divergence is not: look at the priors, whose scale may be too small, and "
            + "at the width "
            + "of the posteriors (InitialLogSigma). ",
        _ => "Every parameter is finite: look at the inputs and targets of this batch, and at the fit loss. ",
    };

    /// <summary>The loss was found not to be finite when a device was read, some steps later.</summary>
    internal static NonFiniteLossException FoundLate(
        int epoch, int step, double fit, double divergence, int lastStep, string? parameter) => new(
        epoch, step, parameter,
        $"The loss is not finite in step {step} of epoch {epoch} (fit {fit}, divergence {divergence}). ",
        $"That was read from the device after step {lastStep}; such steps were taken with a gradient of zero, so the weights are finite. ");

    /// <summary>A running statistic, which evaluations compute with, became infinite or NaN.</summary>
    internal static NonFiniteLossException OfBuffer(int epoch, int step, string buffer, bool isLate = false) => new(
        epoch, step, buffer,
        $"The running statistic '{buffer}' is not finite after the forward of step {step} of epoch {epoch}. ",
        isLate ? "That was read from the device some steps later; the statistics are those of the reading before. "
            : "The step was not taken. ");

    /// <summary>A step was finite and made a weight infinite or NaN.</summary>
    internal static NonFiniteLossException OfWeight(int epoch, int step, string parameter) => new(
        epoch, step, parameter,
        $"The parameter '{parameter}' is not finite after step {step} of epoch {epoch}, though loss and gradient were. ",
        "The network holds it: load or build it again. ");

    /// <summary>The loss is finite, and so many times what it was at first that the training diverges.</summary>
    internal static NonFiniteLossException OfGrowth(
        int epoch, int step, double fit, double first, string look = "", int? lastStep = null) => new(
        epoch, step, null,
        FormattableString.Invariant(
            $"The training diverges: the fit loss is {fit:G4} in step {step} of epoch {epoch}, and was {first:G4} at the start. ") + look,
        lastStep is { } last ? $"That was read from the device after step {last}; these steps were taken. " : "The step was not taken. ");

    /// <summary>The loss was finite, its gradient was not.</summary>
    internal static NonFiniteLossException OfGradient(int epoch, int step, string? parameter) => new(
        epoch, step, parameter,
        $"The gradient is not finite in step {step} of epoch {epoch}, though the loss is. "
        + (parameter is null ? "" : $"The first parameter whose gradient is not finite is '{parameter}'. "));
}
