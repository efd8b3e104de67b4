using System.Collections.Concurrent;

namespace BayesGen.Tests;

/// <summary>Work of our own on the threads of Torch.</summary>
public class TorchThreadsTests
{
    private const int Threads = 3;

    [Fact]
    public void UsesTorchsThreadsOnLinux() => Assert.Equal(OperatingSystem.IsLinux(), TorchThreads.AreOurs);

    [Fact]
    public void CallsEachThreadOnceWithItsNumber()
    {
        var seen = new ConcurrentBag<(int Thread, int Team)>();
        TorchThreads.Run(Threads, (thread, team) => seen.Add((thread, team)));
        Assert.Equal(Enumerable.Range(0, Threads), seen.Select(entry => entry.Thread).Order());
        Assert.All(seen, entry => Assert.Equal(Threads, entry.Team));
    }

    [Fact]
    public void NestedRunsDoAllWork()
    {
        var done = new int[Threads * 100];
        TorchThreads.Run(Threads, (outer, _) =>
            TorchThreads.Run(Threads, (thread, team) =>
            {
                for (var i = 100 * thread / team; i < 100 * (thread + 1) / team; i++)
                    done[100 * outer + i]++;
            }));
        Assert.All(done, count => Assert.Equal(1, count));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Threads - 1)]
    public void RethrowsAnExceptionOfAThreadToTheCaller(int which)
    {
        var thrown = Assert.Throws<InvalidOperationException>(() => TorchThreads.Run(Threads, (thread, _) =>
        {
            if (thread == which)
                throw new InvalidOperationException("from within");
        }));
        Assert.Equal("from within", thrown.Message);

        // The threads are as good as before.
        CallsEachThreadOnceWithItsNumber();
    }

    [Trait("Lane", "Slow")]
    [Fact]
    public async Task ConcurrentCallersGetTheirOwnWorkDone()
    {
        const int Callers = 4, Rounds = 200;
        var sums = new long[Callers];
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Factory.StartNew(
            () =>
            {
                for (var round = 0; round < Rounds; round++)
                {
                    TorchThreads.Run(Threads, (thread, _) =>
                    {
                        // Garbage, so that the collector stops threads in the middle of their work.
                        var parts = Enumerable.Range(0, 100).Select(i => (long)i).ToList();
                        Interlocked.Add(ref sums[caller], parts.Sum());
                    });
                    if (round % 50 == 0)
                        GC.Collect();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.All(sums, sum => Assert.Equal(4950L * Threads * Rounds, sum));
    }

    [Fact]
    public void SharesAnyNumberOfItemsWithoutLossOrRepetition()
    {
        var threads = get_num_threads();
        try
        {
            set_num_threads(Threads);
            var done = new int[1_001];
            KernelRunner.Share(done.Length, isWorthIt: true, (first, last) =>
            {
                for (var i = first; i < last; i++)
                    done[i]++;
            });
            Assert.All(done, count => Assert.Equal(1, count));
        }
        finally
        {
            set_num_threads(threads);
        }
    }
}
