using Microsoft.Extensions.Logging;

namespace BayesGen.Tests.Reports;

/// <summary>Reports to hosts, and what happens where one of them fails.</summary>
public sealed class HostReportTests
{
    [Fact]
    public void ProgressReportsTheDoneAndTheRemainingPart()
    {
        var clock = new StandingClock();
        var told = new Recorder<TrainingProgress>();
        var report = new ProgressReport(told, clock) { Interval = TimeSpan.Zero };
        report.OnStart(Told.Start);
        for (var step = 1; step <= 10; step++)
        {
            clock.Pass(TimeSpan.FromSeconds(2));
            report.OnStep(Told.Step(1, step, step));
        }

        report.OnEpoch(Told.Epoch(1));

        // 5 of 20 steps took 10 s, so 15 steps take 30 s.
        var fifth = told.Reports[4];
        Assert.Equal(0.25, fifth.Fraction);
        Assert.Equal(TimeSpan.FromSeconds(10), fifth.Elapsed);
        Assert.Equal(TimeSpan.FromSeconds(30), fifth.Remaining);
        Assert.Equal(50, fifth.ExamplesPerSecond);
        Assert.Null(fifth.Completed);
        Assert.Equal(11, told.Reports.Count);
        Assert.Equal(0.5, told.Reports[^1].Fraction);
        Assert.Equal(1, told.Reports[^1].Completed!.Epoch);
    }

    [Fact]
    public void ProgressOfAContinuedTrainingStartsAtZero()
    {
        var told = new Recorder<TrainingProgress>();
        var report = new ProgressReport(told, new StandingClock()) { Interval = TimeSpan.Zero };
        report.OnStart(Told.Start with { Epochs = 4 });
        // Two epochs were trained before, and six steps of the third: four of its steps and the ten of the fourth remain.
        report.OnStep(Told.Step(3, 7, 27));
        Assert.Equal(1.0 / 14, told.Reports[0].Fraction!.Value, 12);
    }

    [Fact]
    public void ProgressWithoutTheNumberOfStepsHasNoRemainingTime()
    {
        var told = new Recorder<TrainingProgress>();
        var report = new ProgressReport(told, new StandingClock());
        report.OnStart(Told.Start);
        report.OnStep(Told.Step(1, 1, 1, steps: null));
        Assert.Null(told.Reports[0].Fraction);
        Assert.Null(told.Reports[0].Remaining);
        report.OnEpoch(Told.Epoch(1));
        Assert.Equal(0.5, told.Reports[1].Fraction);
    }

    [Fact]
    public void SkipsStepsWithinTheInterval()
    {
        var clock = new StandingClock();
        var told = new Recorder<TrainingProgress>();
        var report = new ProgressReport(told, clock);
        report.OnStart(Told.Start);
        for (var step = 1; step <= 10; step++)
        {
            report.OnStep(Told.Step(1, step, step));
            clock.Pass(TimeSpan.FromMilliseconds(40));
        }

        Assert.Equal([1, 4, 7, 10], told.Reports.Select(progress => progress.Step));
    }

    [Fact]
    public void LoggerReportWritesStructuredValues()
    {
        var log = new RecordingLogger(LogLevel.Information);
        Told.Tell(new LoggerReport(log));
        Assert.Equal([1, 3, 4, 3, 4, 5], log.Entries.Select(entry => entry.Id));
        Assert.All(log.Entries, entry => Assert.Equal(LogLevel.Information, entry.Level));
        Assert.Equal(0.1 / 3, log.Entries[1].Values["Fit"]);
        Assert.Equal(1, log.Entries[1].Values["Epoch"]);
        Assert.Contains("accuracy 0.75", log.Entries[1].Text);

        var detailed = new RecordingLogger(LogLevel.Debug);
        Told.Tell(new LoggerReport(detailed));
        Assert.Equal(4, detailed.Entries.Count(entry => entry is { Id: 2, Level: LogLevel.Debug }));
    }

    [Fact]
    public void AFailedReportStopsNoOtherReport()
    {
        var failing = new Failing();
        using var writer = new StringWriter();
        var failures = new List<ReportFailure>();
        using (var chain = new ReportChain(failing, new TextReport(writer)) { OnFailure = failures.Add })
        {
            Told.Tell(chain);
            Assert.Equal(failures, chain.Failures);
        }

        var failure = Assert.Single(failures);
        Assert.Same(failing, failure.Report);
        Assert.IsType<IOException>(failure.Exception);
        Assert.Equal(1, failing.Epochs);
        Assert.True(failing.IsDisposed);
        Assert.Contains("epoch 2/2", writer.ToString());
    }

    /// <summary>A disk that is full is full under the report and under standard error.</summary>
    [Fact]
    public void AFullDiskUnderStandardErrorDoesNotEndTheTraining()
    {
        var (before, other) = (Console.Error, new StringWriter());
        try
        {
            Console.SetError(new FullDisk());
            using (var chain = new ReportChain(new Failing { FailsAtTheEnd = true }, new TextReport(other)))
            {
                Told.Tell(chain);
                Assert.Single(chain.Failures);
            }

            var atEnd = new ReportChain(new Failing { FailsAtTheEnd = true });
            atEnd.Dispose();
            Assert.Single(atEnd.Failures);
        }
        finally
        {
            Console.SetError(before);
        }

        Assert.Contains("epoch 2/2", other.ToString());
    }

    [Fact]
    public void AFailedHandlerStillClosesEveryReport()
    {
        var (first, second) = (new Failing { FailsAtTheEnd = true }, new Failing());
        var chain = new ReportChain(first, second) { OnFailure = _ => throw new InvalidOperationException("enough") };
        Assert.Equal("enough", Assert.Throws<InvalidOperationException>(chain.Dispose).Message);
        Assert.True(second.IsDisposed);
    }

    [Fact]
    public void AReportMayCancelATraining()
    {
        using var chain = new ReportChain(new Canceling());
        Assert.Throws<OperationCanceledException>(() => Told.Tell(chain));
        Assert.Empty(chain.Failures);
    }

    private sealed class Failing : IReport, IDisposable
    {
        public int Epochs { get; private set; }

        public bool IsDisposed { get; private set; }

        public void OnEpoch(EpochResult epoch)
        {
            Epochs++;
            throw new IOException("The disk is full.");
        }

        public bool FailsAtTheEnd { get; init; }

        public void Dispose()
        {
            IsDisposed = true;
            if (FailsAtTheEnd)
                throw new IOException("The disk is still full.");
        }
    }

    private sealed class FullDisk : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left on device.");

        public override void Write(string? value) => Write(' ');

        public override void WriteLine(string? value) => Write(' ');
    }

    private sealed class Canceling : IReport
    {
        public void OnStep(StepResult step) => throw new OperationCanceledException();
    }

    private sealed class RecordingLogger(LogLevel least) : ILogger
    {
        public List<(int Id, LogLevel Level, string Text, Dictionary<string, object?> Values)> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = ((IEnumerable<KeyValuePair<string, object?>>)state!).ToDictionary(entry => entry.Key, entry => entry.Value);
            Entries.Add((eventId.Id, logLevel, formatter(state, exception), values));
        }
    }
}
