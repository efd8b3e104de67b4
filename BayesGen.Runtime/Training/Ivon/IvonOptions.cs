namespace BayesGen.Training;

/// <summary>
/// How IVON moves the Gaussian posterior. The number of steps, the data and the rest are in <see cref="TrainerOptions"/>.
/// </summary>
/// <remarks>
/// Shen et al., "Variational Learning is Effective for Large Deep Networks", ICML 2024. The paper's weight decay is not here: it is
/// delta = beta / (N s^2) with the prior N(m, s^2) that the network has, so that there is one place to say it (PriorScale of the
/// annotation, or <c>model.Prior</c>).
/// </remarks>
public sealed record IvonOptions
{
    /// <summary>
    /// The learning rate at its highest, positive: the part of a Newton step that means go, at most 1 or so. It is the paper's rate times
    /// (h_0 + delta), so that it need not change with <see cref="InitialCurvature"/>. The schedule of
    /// <see cref="TrainerOptions.LearningRateSchedule"/> applies to it.
    /// </summary>
    public double LearningRate { get; init; } = 0.3;

    /// <summary>The decay of the mean of gradients, in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>
    /// The decay of the mean of curvatures, in [0, 1]; at 1 the curvatures stay what they are at the start. Curvatures of single steps are
    /// noisy, so that 1 / (1 - Beta2) should be at least some hundred steps and at most about the length of the training.
    /// </summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>
    /// h at the start of a training, not negative: every weight begins with log_sigma = -log(N (h + delta) / beta) / 2, whatever
    /// InitialLogSigma said. Null begins with the posterior as it is, h = beta / (N sigma^2) - delta, to continue with one that was loaded.
    /// </summary>
    /// <remarks>
    /// It also is the curvature that the first steps divide by, until the running mean has learned better: too low a value takes steps that
    /// are too long and weights that are too noisy.
    /// </remarks>
    public double? InitialCurvature { get; init; } = 0.7;

    /// <summary>
    /// The longest way of a mean in one step, before the learning rate: positive. Times the default rate it is about what Adam goes. Null
    /// sets no bound; then a training diverges where the loss is more curved than the running mean of curvatures knows.
    /// </summary>
    public double? ClipRadius { get; init; } = 0.013;

    /// <summary>Times a number of examples up to 1e8 it is still far below the largest float32.</summary>
    private const double LargestCurvature = 1e20;

    internal void Validate()
    {
        if (!double.IsFinite(LearningRate) || LearningRate <= 0)
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate of IVON is positive and finite.");
        if (!(Beta1 >= 0 && Beta1 < 1))
            throw new ArgumentOutOfRangeException(nameof(Beta1), Beta1, "Beta1, the decay of the mean of gradients, lies in [0, 1).");
        if (!(Beta2 >= 0 && Beta2 <= 1))
            throw new ArgumentOutOfRangeException(nameof(Beta2), Beta2, "Beta2, the decay of the mean of curvatures, lies in [0, 1].");
        if (InitialCurvature is { } curvature && !(curvature >= 0 && curvature <= LargestCurvature))
            throw new ArgumentOutOfRangeException(
                nameof(InitialCurvature), curvature,
                $"The curvature to begin with lies in [0, {LargestCurvature:G3}]: above that sigma is NaN in float32. Null takes the "
                + "posterior as it is.");
        if (ClipRadius is { } radius && !(radius > 0))
            throw new ArgumentOutOfRangeException(nameof(ClipRadius), radius, "The clip radius is positive; null sets no bound.");
    }
}
