using System.Runtime.InteropServices;

namespace BayesGen.Training;

/// <summary>
/// Turns Ctrl-C and SIGTERM into a token that ends a training between two steps, so that a program can save and leave. A second signal ends
/// the program at once.
/// </summary>
/// <remarks>
/// A library does not take signals unasked: they are caught while an object of this class lives, so make it in Main and dispose it.
/// </remarks>
/// <example>
/// <code>
/// using var signals = new StopSignals();
/// try
/// {
///     trainer.Train(data, cancellation: signals.Token);
/// }
/// catch (OperationCanceledException) when (signals.Received is not null)
/// {
///     return signals.ExitCode;
/// }
/// </code>
/// </example>
public sealed class StopSignals : IDisposable
{
    /// <summary>What shells add to the number of a signal that ended a program.</summary>
    private const int SignalExit = 128;

    private readonly CancellationTokenSource _source = new();
    private readonly TextWriter _writer;
    private readonly PosixSignalRegistration[] _registrations;
    private int _received;

    /// <summary>Catches the signals from now on.</summary>
    /// <param name="writer">Is told when a signal comes; null is the error output of the console.</param>
    public StopSignals(TextWriter? writer = null)
    {
        _writer = writer ?? Console.Error;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        ];
    }

    /// <summary>Is canceled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The first signal that came, or null.</summary>
    public PosixSignal? Received { get; private set; }

    /// <summary>What the program ends with: 130 after Ctrl-C, 143 after SIGTERM, as shells have it; 0 where no signal came.</summary>
    public int ExitCode => Received is { } signal ? ExitCodeOf(signal) : 0;

    /// <summary>Leaves signals to the runtime again.</summary>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private static int ExitCodeOf(PosixSignal signal) => SignalExit + (signal == PosixSignal.SIGINT ? 2 : 15);

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _received) > 1)
            End(ExitCodeOf(context.Signal));
        Received = context.Signal;
        try
        {
            // First, so that a writer that blocks or fails costs a line and not the save.
            _source.Cancel();
            _writer.WriteLine(
                $"{(context.Signal == PosixSignal.SIGINT ? "Ctrl-C" : "SIGTERM")}: the running step ends and is saved; once more ends the program at once.");
            _writer.Flush();
        }
        catch (ObjectDisposedException)
        {
            // Disposed while the signal was on its way: there is nothing left to cancel.
        }
        catch (IOException)
        {
            // Nobody reads the line any more; the training ends all the same.
        }
    }

    /// <summary>
    /// Without the handlers of an ordinary exit: they would wait for, or pull Torch away from under, a thread that computes.
    /// </summary>
    private static void End(int code)
    {
        if (OperatingSystem.IsWindows())
            Environment.Exit(code);
        else
            ExitNow(code);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void ExitNow(int code);
}
