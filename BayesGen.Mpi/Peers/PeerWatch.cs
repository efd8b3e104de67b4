using System.Runtime.InteropServices;

namespace BayesGen.Mpi.Peers;

/// <summary>
/// Looks twice a second whether the ranks on this machine are alive, and when the launcher ends this one: a rank that was killed is named
/// whatever the launcher says. Ranks of other machines are heard of by their launcher, or taken for stalled.
/// </summary>
internal sealed class PeerWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly IReadOnlyList<Peer> _peers;
    private readonly int _rank;
    private readonly Action<string> _end;
    private readonly Timer? _timer;
    private readonly PosixSignalRegistration? _signal;
    private int _hasEnded;

    /// <param name="peers">All processes, in order.</param>
    /// <param name="rank">This one.</param>
    /// <param name="end">Ends all processes with a sentence.</param>
    public PeerWatch(IReadOnlyList<Peer> peers, int rank, Action<string> end)
    {
        (_peers, _rank, _end) = (peers, rank, end);
        if (!OperatingSystem.IsLinux() || peers.Count == 1)
            return;
        _timer = new Timer(_ => Look(), null, Interval, Interval);

        // The launcher ends all others as soon as one is gone.
        _signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Look());
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _hasEnded, 1);
        _timer?.Dispose();
        _signal?.Dispose();
    }

    private void Look()
    {
        for (var rank = 0; rank < _peers.Count; rank++)
        {
            var peer = _peers[rank];
            if (rank == _rank || peer.Machine != _peers[_rank].Machine || IsAlive(peer.Process))
                continue;
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
                _end(
                    $"rank {rank} (process {peer.Process} on {peer.Host}) is gone: it was killed, or it ended without taking leave. The job ends; start "
                    + "it again to continue from the last checkpoint.");
            return;
        }
    }

    private static bool IsAlive(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");

            // "number (name) state ...", where the name may hold anything.
            var state = stat[(stat.LastIndexOf(')') + 2)..];
            return state.Length > 0 && state[0] is not ('Z' or 'X');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception is UnauthorizedAccessException;
        }
    }
}
