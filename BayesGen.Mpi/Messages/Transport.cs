using System.Diagnostics;
using BayesGen.Mpi.Native;

namespace BayesGen.Mpi.Messages;

/// <summary>
/// Messages under way, waited for together and not forever: who has not come after the time of <see cref="MpiOptions.StallTimeout"/> is
/// named, and the job ends.
/// </summary>
/// <param name="api">The MPI library.</param>
/// <param name="end">Ends all processes with a sentence.</param>
internal sealed class Transport(MpiApi api, Action<string> end)
{
    /// <summary>Messages are cut into parts whose length an int can say.</summary>
    private const int LargestPart = 1 << 28;

    private static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(20);

    private readonly List<Pending> _pending = [];

    /// <summary>How long is waited.</summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(MpiOptions.UsualStallSeconds);

    /// <summary>Begins to send bytes; they stay as they are until <see cref="Wait"/> has returned.</summary>
    public void Send(nint from, long bytes, int to, int tag)
    {
        for (long at = 0; at < bytes; at += LargestPart)
            _pending.Add(new Pending(api.Send((nint)(from + at), Part(bytes - at), to, tag), to, isFrom: false));
    }

    /// <summary>Begins to receive bytes, which are there when <see cref="Wait"/> has returned.</summary>
    public void Receive(nint into, long bytes, int from, int tag)
    {
        for (long at = 0; at < bytes; at += LargestPart)
            _pending.Add(new Pending(api.Receive((nint)(into + at), Part(bytes - at), from, tag), from, isFrom: true));
    }

    /// <summary>Begins to sum numbers over all processes in the order of the library.</summary>
    public void Sum(nint numbers, long count, bool isDouble)
    {
        var width = isDouble ? sizeof(double) : sizeof(float);
        for (long at = 0; at < count; at += LargestPart / width)
            _pending.Add(new Pending(
                api.Sum((nint)(numbers + at * width), (int)Math.Min(count - at, LargestPart / width), isDouble
                    ? api.Handles.Double
                    : api.Handles.Float), from: null, isFrom: true));
    }

    /// <summary>Waits until everything has come and gone.</summary>
    /// <param name="what">What it is, for the sentence about a rank that does not come.</param>
    /// <param name="isPatient">Whether it may take any time, as long as the other processes live.</param>
    public void Wait(string what, bool isPatient = false)
    {
        if (_pending.Count == 0)
            return;
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; !Test(); round++)
        {
            var waited = Stopwatch.GetElapsedTime(start);
            if (waited > StallTimeout && !isPatient)
                end(Sentence(what, waited));

            // A rank that shares its core with another one must not keep it from computing.
            if (waited > Impatience)
                Thread.Sleep(1);
            else if (round > 50)
                Thread.Yield();
        }
    }

    private static int Part(long rest) => (int)Math.Min(rest, LargestPart);

    private bool Test()
    {
        for (var i = _pending.Count - 1; i >= 0; i--)
            if (_pending[i].IsDone(api))
                _pending.RemoveAt(i);
        return _pending.Count == 0;
    }

    private string Sentence(string what, TimeSpan waited)
    {
        var missing = _pending.Where(message => message.IsFrom).Select(message => message.Peer).OfType<int>().Distinct().Order().ToList();
        if (missing.Count == 0)
            missing = [.. _pending.Select(message => message.Peer).OfType<int>().Distinct().Order()];
        var who = missing.Count switch
        {
            0 => "a rank has",
            1 => $"rank {missing[0]} has",
            _ => $"ranks {string.Join(", ", missing)} have",
        };
        return $"{who} not come to {what} for {waited.TotalSeconds:F0} s and is taken for stalled (MpiOptions.StallTimeout). The job ends; start it "
            + "again to continue from the last checkpoint.";
    }

    /// <summary>One message under way.</summary>
    private sealed class Pending(nint request, int? from, bool isFrom)
    {
        private nint _request = request;

        public int? Peer => from;

        public bool IsFrom => isFrom;

        public bool IsDone(MpiApi api) => api.IsDone(ref _request);
    }
}
