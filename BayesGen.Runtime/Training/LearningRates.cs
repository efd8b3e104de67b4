namespace BayesGen.Training;

/// <summary>
/// Ready-made schedules for <see cref="TrainerOptions.LearningRateSchedule"/>: a factor on the learning rate as a function of progress, 0
/// at the first step and toward 1 at the last, so that a schedule fits a training of any length.
/// </summary>
public static class LearningRates
{
    /// <summary>The full rate throughout.</summary>
    public static Func<double, double> Constant { get; } = _ => 1;

    /// <summary>
    /// The full rate for a while, then a straight line down. The slow end is what settles a posterior: weights that hover at a threshold
    /// take a side once the steps grow small.
    /// </summary>
    /// <param name="from">Where in the training the fall begins, in [0, 1).</param>
    /// <param name="to">The factor at the end, not negative.</param>
    /// <remarks>Molchanov, Ashukha, Vetrov 2017 train their networks with 1/2 and 0.</remarks>
    public static Func<double, double> LinearDecay(double from = 0, double to = 0)
    {
        RequirePart(from, nameof(from));
        RequireFactor(to, nameof(to));
        return progress => progress <= from ? 1 : to + (1 - to) * (1 - progress) / (1 - from);
    }

    /// <summary>Half a cosine from the full rate down: to + (1 - to) (1 + cos(pi progress)) / 2.</summary>
    /// <param name="to">The factor at the end, not negative.</param>
    /// <remarks>Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, eq. 5, with one period.</remarks>
    public static Func<double, double> Cosine(double to = 0)
    {
        RequireFactor(to, nameof(to));
        return progress => to + (1 - to) * 0.5 * (1 + Math.Cos(Math.PI * progress));
    }

    /// <summary>Steps down: the factor is multiplied at each of several points.</summary>
    /// <param name="factor">What the rate is multiplied by, positive.</param>
    /// <param name="at">The points in [0, 1), for example 0.5 and 0.75.</param>
    public static Func<double, double> Steps(double factor, params IReadOnlyList<double> at)
    {
        ArgumentNullException.ThrowIfNull(at);
        if (!double.IsFinite(factor) || factor <= 0)
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor of a learning rate is positive and finite.");
        foreach (var point in at)
            RequirePart(point, nameof(at));
        return progress => Math.Pow(factor, at.Count(point => progress >= point));
    }

    /// <summary>A straight rise from zero before another schedule, which is then run over what is left of the training.</summary>
    /// <param name="part">The part of the training that the rise takes, in (0, 1).</param>
    /// <param name="then">The schedule after the rise; null stays at the full rate.</param>
    public static Func<double, double> Warmup(double part, Func<double, double>? then = null)
    {
        RequirePart(part, nameof(part));
        if (part == 0)
            throw new ArgumentOutOfRangeException(nameof(part), part, "A warm-up takes a part of the training: a number above 0.");
        return progress => progress < part ? progress / part : then?.Invoke((progress - part) / (1 - part)) ?? 1;
    }

    private static void RequirePart(double value, string name)
    {
        if (!(value is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(
                name, value, "A point of a training is a number from 0 to below 1, such as 0.5 for the middle.");
    }

    private static void RequireFactor(double value, string name)
    {
        if (!double.IsFinite(value) || value < 0)
            throw new ArgumentOutOfRangeException(name, value, "The factor of a learning rate is finite and not negative.");
    }
}
