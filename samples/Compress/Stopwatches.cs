using System.Diagnostics;

namespace CompressSample;

/// <summary>Times calls side by side, so that what else a machine does hits all of them alike.</summary>
public static class Stopwatches
{
    private const int Rounds = 15;

    /// <summary>The runtime compiles what is called often a second time, in the background: a call is warm after a second.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(20);

    /// <summary>The median microseconds of each call.</summary>
    public static double[] Medians(params IReadOnlyList<Action> calls)
    {
        var times = calls.Select(_ => new List<double>()).ToArray();
        foreach (var call in calls)
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < WarmUp;)
                call();
        for (var round = 0; round < Rounds; round++)
            for (var i = 0; i < calls.Count; i++)
            {
                var (count, clock) = (0, Stopwatch.StartNew());
                for (; clock.Elapsed < Round; count++)
                    calls[i]();
                times[i].Add(clock.Elapsed.TotalMicroseconds / count);
            }

        return [.. times.Select(list => list.Order().ElementAt(Rounds / 2))];
    }
}
