namespace BayesGen.Tests.Reports;

/// <summary>What a trainer would tell: results with numbers that can be recognized.</summary>
internal static class Told
{
    public static readonly TrainingInfo Start = new(2, 1000, 30, 40, "ElboLoss");

    public static StepResult Step(int epoch, int step, long globalStep, int? steps = 10, long examples = 100) => new(
        epoch, step, globalStep, steps, examples, 1.5, 0.5, 2500, 0.25, new Dictionary<string, double> { ["accuracy"] = 0.75 });

    public static EpochResult Epoch(int epoch, bool withValidation = true, string metric = "accuracy") => new(
        epoch, 2, 1.5 / epoch, 0.1 / 3, 2500, -3.25, 0.25, 0.004, new Dictionary<string, double> { [metric] = 0.75 },
        withValidation ? Evaluation(0.625, metric) : null, TimeSpan.FromSeconds(1.5));

    public static EvaluationResult Evaluation(
        double accuracy, string metric = "accuracy", double kept = 1, Thresholds? thresholds = null) => new(
        200, 1.75, 0.6, 2400, double.NaN, new Dictionary<string, double> { [metric] = accuracy }, WeightState.Mean, thresholds,
        new PruneReport([new PrunedWeight("fc.weight", 1000, (long)Math.Round(1000 * kept))], 1000));

    public static TrainingResult Finish(params EpochResult[] epochs) => new(epochs, TimeSpan.FromSeconds(3));

    /// <summary>Start, two steps in each of two epochs, end.</summary>
    public static void Tell(IReport report)
    {
        report.OnStart(Start);
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            report.OnStep(Step(epoch, 1, 2 * epoch - 1, steps: 2));
            report.OnStep(Step(epoch, 2, 2 * epoch, steps: 2));
            report.OnEpoch(Epoch(epoch));
        }

        report.OnFinish(Finish(Epoch(1), Epoch(2)));
    }
}

/// <summary>A clock that stands still until it is told to continue.</summary>
internal sealed class StandingClock : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => _now;

    public void Pass(TimeSpan time) => _now += (long)time.TotalMilliseconds;
}
