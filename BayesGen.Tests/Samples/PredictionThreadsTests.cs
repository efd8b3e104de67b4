using ServingSample;

namespace BayesGen.Tests.Samples;

/// <summary>The threads of the sample that serves: few, and none that an exception ends.</summary>
public sealed class PredictionThreadsTests
{
    [Fact]
    public async Task AllWorkIsDoneByTheSameFewThreads()
    {
        using var threads = new PredictionThreads(2);
        var seen = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => threads.Run(() =>
        {
            Thread.Sleep(1);
            return Environment.CurrentManagedThreadId;
        }))));
        Assert.Equal(2, seen.Distinct().Count());
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, seen);
    }

    [Fact]
    public async Task WhatGoesWrongReachesWhoAskedAndNoOneElse()
    {
        using var threads = new PredictionThreads(1);
        var failed = threads.Run<int>(() => throw new ArithmeticException("no"));
        Assert.Equal("no", (await Assert.ThrowsAsync<ArithmeticException>(() => failed)).Message);
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var canceled = threads.Run<int>(() => throw new OperationCanceledException(source.Token));
        Assert.Equal(source.Token, (await Assert.ThrowsAsync<TaskCanceledException>(() => canceled)).CancellationToken);
        Assert.Equal(7, await threads.Run(() => 7));
    }

    [Fact]
    public async Task AfterTheEndNothingIsTaken()
    {
        var threads = new PredictionThreads(1);
        threads.Dispose();
        // As a container does with what it made and what it was given.
        threads.Dispose();
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => threads.Run(() => 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PredictionThreads(0));
    }
}
