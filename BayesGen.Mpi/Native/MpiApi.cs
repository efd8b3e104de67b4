using System.Runtime.InteropServices;
using System.Text;

namespace BayesGen.Mpi.Native;

/// <summary>
/// The dozen functions of MPI that are needed, of whichever library was found. Handles are passed as wide as an address: a library that
/// has numbers reads the lower half of the register.
/// </summary>
/// <remarks>
/// One call at a time, from any thread (MPI_THREAD_SERIALIZED): a lock stands around each, so that the thread that watches the other
/// processes may end the job.
/// </remarks>
internal sealed unsafe class MpiApi
{
    private const int Serialized = 2;

    private readonly Lock _gate = new();
    private readonly nint _library;
    private readonly delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int> _send;
    private readonly delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int> _receive;
    private readonly delegate* unmanaged<nint*, int*, nint, int> _test;
    private readonly delegate* unmanaged<nint, nint, int, nint, nint, nint, nint*, int> _reduce;
    private readonly delegate* unmanaged<nint, int, int> _abort;

    private MpiApi(nint library, MpiFlavor flavor, string version)
    {
        (_library, Version, Handles) = (library, version, MpiHandles.Of(flavor, library));
        _send = (delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int>)Export("MPI_Isend");
        _receive = (delegate* unmanaged<nint, int, nint, int, int, nint, nint*, int>)Export("MPI_Irecv");
        _test = (delegate* unmanaged<nint*, int*, nint, int>)Export("MPI_Test");
        _reduce = (delegate* unmanaged<nint, nint, int, nint, nint, nint, nint*, int>)Export("MPI_Iallreduce");
        _abort = (delegate* unmanaged<nint, int, int>)Export("MPI_Abort");
    }

    /// <summary>The library by its own words.</summary>
    public string Version { get; }

    /// <summary>Its constants.</summary>
    public MpiHandles Handles { get; }

    /// <summary>The number of this process in the world.</summary>
    public int Rank { get; private set; }

    /// <summary>The number of processes in the world.</summary>
    public int Size { get; private set; }

    /// <summary>Loads the library of this machine and starts it.</summary>
    /// <exception cref="MpiException">There is none, it does not start, or it is not that of the launcher.</exception>
    public static MpiApi Start()
    {
        var launch = MpiLaunch.Read(Environment.GetEnvironmentVariable);
        var (library, flavor, version) = MpiLibrary.Load(
            launch, Environment.GetEnvironmentVariable(MpiLibrary.Variable),
            name => NativeLibrary.TryLoad(name, out var found) ? found : 0);
        var api = new MpiApi(library, flavor, version);
        api.Initialize();
        if (launch.Size is { } size && size != api.Size)
            throw new MpiException(
                $"mpirun started {size} processes, and {version} sees {api.Size}: the launcher and the library do not belong together. Install both "
                + "from one MPI.");
        return api;
    }

    /// <summary>Begins to send bytes.</summary>
    public nint Send(nint from, int count, int to, int tag)
    {
        nint request = 0;
        lock (_gate)
            Require(_send(from, count, Handles.Byte, to, tag, Handles.World, &request), "MPI_Isend");
        return request;
    }

    /// <summary>Begins to receive up to a number of bytes.</summary>
    public nint Receive(nint into, int capacity, int from, int tag)
    {
        nint request = 0;
        lock (_gate)
            Require(_receive(into, capacity, Handles.Byte, from, tag, Handles.World, &request), "MPI_Irecv");
        return request;
    }

    /// <summary>Begins to sum numbers over all processes, in place, in the order of the library.</summary>
    public nint Sum(nint numbers, int count, nint type)
    {
        nint request = 0;
        lock (_gate)
            Require(_reduce(Handles.InPlace, numbers, count, type, Handles.Sum, Handles.World, &request), "MPI_Iallreduce");
        return request;
    }

    /// <summary>Whether a request is done; it is then no longer one.</summary>
    public bool IsDone(ref nint request)
    {
        var isDone = 0;
        fixed (nint* at = &request)
            lock (_gate)
                Require(_test(at, &isDone, Handles.IgnoreStatus), "MPI_Test");
        return isDone != 0;
    }

    /// <summary>Ends all processes of the job, this one among them.</summary>
    public void Abort(int code)
    {
        lock (_gate)
            _ = _abort(Handles.World, code);
        Environment.FailFast("MPI_Abort came back.");
    }

    /// <summary>Takes leave of the library, together with all other processes.</summary>
    public void Stop()
    {
        lock (_gate)
            _ = ((delegate* unmanaged<int>)Export("MPI_Finalize"))();
    }

    private void Initialize()
    {
        int state = 0, provided = 0, rank = 0, size = 0;
        _ = ((delegate* unmanaged<int*, int>)Export("MPI_Initialized"))(&state);
        if (state == 0)
            Require(
                ((delegate* unmanaged<nint, nint, int, int*, int>)Export("MPI_Init_thread"))(0, 0, Serialized, &provided),
            "MPI_Init_thread");
        else
            provided = Serialized;
        if (provided < Serialized)
            throw new MpiException($"{Version} was built without threads (MPI_THREAD_SERIALIZED). Install another build of it.");
        _ = ((delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler"))(Handles.World, Handles.ErrorsReturn);
        Require(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank"))(Handles.World, &rank), "MPI_Comm_rank");
        Require(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size"))(Handles.World, &size), "MPI_Comm_size");
        (Rank, Size) = (rank, size);
    }

    private nint Export(string name) => NativeLibrary.TryGetExport(_library, name, out var address)
        ? address
        : throw new MpiException($"The MPI library {Version} has no function {name}. It needs MPI 3.0 or newer.");

    private void Require(int code, string function)
    {
        if (code == 0)
            return;
        var text = stackalloc byte[1024];
        var length = 0;
        _ = ((delegate* unmanaged<int, byte*, int*, int>)Export("MPI_Error_string"))(code, text, &length);
        var reason = Encoding.UTF8.GetString(text, Math.Clamp(length, 0, 1024));
        throw new MpiException($"{function} of {Version} failed on rank {Rank}: {reason}.", Rank);
    }
}
