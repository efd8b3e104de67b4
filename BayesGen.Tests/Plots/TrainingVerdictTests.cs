using BayesGen.Plots;
using BayesGen.Tests.Reports;

namespace BayesGen.Tests.Plots;

/// <summary>What the training's chart says of courses whose shape is known.</summary>
public sealed class TrainingVerdictTests
{
    private const string Falling = "Still falling: train longer.";
    private const string Flat = "Flat: done.";
    private const string Overfitting = "Validation rises while training falls: overfitting; stop earlier.";

    /// <summary>A third of a straight line is a third of its fall; an exponential has e^-20 of it left.</summary>
    [Theory]
    [InlineData(Falling, "line")]
    [InlineData(Falling, "slow")]
    [InlineData(Flat, "fast")]
    [InlineData(Flat, "level")]
    public void ACourseIsJudgedByItsEnd(string headline, string shape)
    {
        Func<int, double> fit = shape switch
        {
            "line" => t => 2 - 0.05 * t,
            "slow" => t => 1 + Math.Exp(-t / 15.0),
            "fast" => t => 1 + Math.Exp(-t / 1.5),
            _ => _ => 1.0,
        };
        Assert.Equal(headline, VerdictOf(fit).Headline);
        Assert.Equal(headline == Flat ? VerdictKind.Good : VerdictKind.Watch, VerdictOf(fit).Kind);
        // The validation decides where there is one, and a validation like the training says the same.
        Assert.Equal(headline, VerdictOf(fit, validation: fit).Headline);
    }

    /// <summary>Noise of 0.05 hides no fall of 1 and is none itself.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void NoiseIsNeitherAFallNorOverfitting(int seed)
    {
        var random = new Random(seed);
        double[] noise = [.. Enumerable.Range(0, 60).Select(_ => 0.05 * (random.NextDouble() + random.NextDouble() - 1))];
        Assert.Equal(Flat, VerdictOf(t => 1 + noise[t]).Headline);
        Assert.Equal(Flat, VerdictOf(t => 1 + noise[t], validation: t => 1.5 + noise[30 + t]).Headline);
        Assert.Equal(Falling, VerdictOf(t => 2 - t / 30.0 + noise[t]).Headline);
    }

    [Fact]
    public void OverfittingNamesTheEpochToStopAt()
    {
        // The parabola is least at t = 12, which is epoch 13.
        var verdict = VerdictOf(t => 2.0 / (1 + t), validation: t => 0.5 + 0.001 * (t - 12) * (t - 12));
        Assert.Equal(Overfitting, verdict.Headline);
        Assert.Equal(VerdictKind.Problem, verdict.Kind);
        Assert.Contains("about epoch 13 (0.5)", verdict.Advice);
        // Where the training rises as well it is no overfitting.
        Assert.Equal("The loss rises.", VerdictOf(t => 1 + 0.02 * t, validation: t => 0.5 + 0.02 * t).Headline);
    }

    [Fact]
    public void AFlatValidationEndsWhatTheTrainingFitWouldGoOnWith()
    {
        var verdict = VerdictOf(t => 2 - 0.05 * t, validation: t => 1 + Math.Exp(-t / 1.5));
        Assert.Equal("The validation is flat: done.", verdict.Headline);
    }

    [Fact]
    public void AFallOfTheDivergenceAloneIsForThoseWhoPrune()
    {
        var verdict = Of([.. Enumerable.Range(0, 30).Select(t => Told.Epoch(t + 1, withValidation: false) with
        {
            Fit = 1 + Math.Exp(-t / 1.5), Total = 3 + Math.Exp(-t / 1.5) - 0.05 * t, Beta = 1,
        })]);
        Assert.Equal("The fit is flat: done.", verdict.Headline);
        Assert.Contains("prune", verdict.Advice);
    }

    [Fact]
    public void EpochsBeforeBetaHasArrivedDoNotCount()
    {
        EpochResult[] Warming(int epochs) => [.. Enumerable.Range(0, epochs).Select(t => Told.Epoch(t + 1, withValidation: false) with
        {
            // The loss rises with beta, and is level once beta is.
            Fit = 0.5, Total = 0.5 + Math.Min(1, (t + 1) / 10.0), Beta = Math.Min(1, (t + 1) / 10.0),
        })];
        Assert.Equal("Beta is still changing: train longer.", Of(Warming(12)).Headline);
        Assert.Equal(Flat, Of(Warming(20)).Headline);
    }

    [Fact]
    public void ShortBrokenAndEndedTrainingsAreNamed()
    {
        Assert.Equal(VerdictKind.Unclear, VerdictOf(_ => 1, epochs: 4).Kind);
        Assert.Equal("Too short to judge.", VerdictOf(_ => 1, epochs: 4).Headline);
        var broken = VerdictOf(t => t == 7 ? double.NaN : 1);
        Assert.Equal(VerdictKind.Problem, broken.Kind);
        Assert.Contains("epoch 8", broken.Advice);
        var stopped = TrainingCurves.Draw(
            Told.Finish([.. Course(t => 2 - 0.05 * t, null, 30)]) with { StoppedEarly = true, BestEpoch = 21 });
        Assert.Equal("Stopped early: done. Epoch 21 was the best, and no later epoch improved on it.", stopped.Verdict!.ToString());
    }

    private static Verdict VerdictOf(Func<int, double> fit, Func<int, double>? validation = null, int epochs = 30) =>
        Of([.. Course(fit, validation, epochs)]);

    private static Verdict Of(EpochResult[] epochs) => TrainingCurves.Draw(Told.Finish(epochs)).Verdict!;

    private static IEnumerable<EpochResult> Course(Func<int, double> fit, Func<int, double>? validation, int epochs) =>
        Enumerable.Range(0, epochs).Select(t => Told.Epoch(t + 1, withValidation: false) with
        {
            Fit = fit(t),
            Total = fit(t) + 0.1,
            Beta = 1,
            Validation = validation is null ? null : Told.Evaluation(0.9) with { Fit = validation(t) },
        });
}
