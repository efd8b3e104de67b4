using BayesGen.Mpi.Messages;
using BayesGen.Mpi.Native;
using BayesGen.Mpi.Peers;

namespace BayesGen.Mpi;

/// <summary>
/// The processes that <c>mpirun</c> has started, as seen from one of them. Every rank runs the same program on the whole data and makes the
/// same calls; <see cref="MpiTrainerOptionsExtensions.Distribute"/> makes one training of theirs.
/// </summary>
/// <remarks>
/// Dispose it as the last thing that the program does. A rank that fails, is killed or stalls ends all of them: by an
/// <see cref="MpiException"/> where they are there to hear of it, else by the end of their processes, with a sentence on the error output.
/// </remarks>
/// <example>
/// <code>
/// using var group = MpiGroup.World();
/// using var trainer = model.CreateTrainer(new TrainerOptions { BatchSize = 256 }.Distribute(group));
/// trainer.Train(data);
/// </code>
/// </example>
public sealed class MpiGroup : IDisposable
{
    private static readonly Lock Gate = new();
    private static MpiGroup? _world;

    private readonly MpiApi _api;
    private readonly PeerWatch _watch;
    private readonly IReadOnlyList<Peer> _peers;
    private bool _isDisposed;

    private MpiGroup(MpiApi api, MpiOptions options)
    {
        (_api, Options) = (api, options);
        Room = new MeetingRoom(api, End) { Transport = { StallTimeout = options.StallTimeout } };
        set_num_threads(options.Threads);
        var notes = Room.Meet(Meeting.Introduction, note => note with { Text = Peer.Self(api.Version).Written() });
        _peers = [.. notes.Select(note => Peer.Read(note.Text))];
        for (var rank = 1; rank < Size; rank++)
            if (_peers[rank].Library != _peers[0].Library)
                throw Room.Break(new MpiException(
                    $"Rank {rank} of {Size} has the MPI library {_peers[rank].Library}, and rank 0 {_peers[0].Library}. Install the same one on every "
                    + "machine.", rank));
        _watch = new PeerWatch(_peers, Rank, End);
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
    }

    /// <summary>The number of this process, from 0. Rank 0 reports and writes checkpoints.</summary>
    public int Rank => _api.Rank;

    /// <summary>The number of processes.</summary>
    public int Size => _api.Size;

    /// <summary>How they train together.</summary>
    public MpiOptions Options { get; }

    /// <summary>The MPI library by its own words, for example <c>Open MPI v4.1.4</c>.</summary>
    public string Library => _api.Version;

    internal MeetingRoom Room { get; }

    /// <summary>
    /// All processes that <c>mpirun -np N</c> has started; the program by itself where nobody has started it. Torch computes with
    /// <see cref="MpiOptions.Threads"/> threads from now on. Called once in a program, by every rank.
    /// </summary>
    /// <param name="options">The same on every rank; null is the default.</param>
    /// <exception cref="MpiException">There is no MPI library, or not that of the <c>mpirun</c> that started the program.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static MpiGroup World(MpiOptions? options = null)
    {
        options ??= new MpiOptions();
        options.Validate();
        lock (Gate)
        {
            if (_world is not null)
                throw new InvalidOperationException(
                    "MpiGroup.World was called before: MPI starts and ends once in a program. Keep the group until the program is done.");
            return _world = new MpiGroup(MpiApi.Start(), options);
        }
    }

    /// <summary>Takes leave of the other ranks, when all have come to it.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;

        // After a failure the others may be gone: a process that ends without MPI_Finalize tells mpirun so.
        if (Room.Broken is null)
        {
            try
            {
                Room.Meet(Meeting.Farewell);
                _watch.Dispose();
                _api.Stop();
            }
            catch (MpiException exception)
            {
                Tell(exception.Message);
                FailAtExit();
            }
        }
        else
        {
            FailAtExit();
        }

        _watch.Dispose();

        // After a failure others may still read what was sent to them, and this process ends anyway.
        if (Room.Broken is null)
            Room.Dispose();
    }

    /// <summary>Tells the others that this rank cannot go on, at the next meeting of all.</summary>
    internal void Fail(Exception exception)
    {
        if (Room.Broken is { } broken && broken.Rank != Rank)
            return;
        if (Size > 1)
            Tell($"failed and ends the job. {exception.GetType().Name}: {exception.Message}");
        if (Room.Broken is null)
            Room.Meet(Meeting.Failure, own: exception);
    }

    /// <summary>The numbers that every rank computes, of all ranks; where one cannot, all learn it.</summary>
    internal IReadOnlyList<double[]> Collect(ulong fingerprint, Func<double[]> compute)
    {
        double[] mine;
        try
        {
            mine = compute();
        }
        catch (Exception exception)
        {
            Fail(exception);
            throw;
        }

        return Room.Collect(mine, fingerprint);
    }

    private static void FailAtExit()
    {
        if (Environment.ExitCode == 0)
            Environment.ExitCode = 1;
    }

    private void OnUnhandled(object sender, UnhandledExceptionEventArgs arguments)
    {
        if (Room.Broken is null)
            Tell($"failed and ends the job. {(arguments.ExceptionObject as Exception)?.Message}");
    }

    private void Tell(string sentence) => Console.Error.WriteLine(
        $"BayesGen.Mpi: rank {Rank} of {Size} ({Environment.MachineName}, process {Environment.ProcessId}): {sentence}");

    /// <summary>Ends all processes at once.</summary>
    private void End(string sentence)
    {
        Tell(sentence);
        _api.Abort(1);
    }
}
