using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BayesGen.Tests.Resilience;

/// <summary>
/// The second process of the tests of this folder: the test assembly started as a program trains with checkpoints, from the start or from
/// where it was, and tells on its output how far it is.
/// </summary>
internal static class ResilienceProcess
{
    public const string Argument = "--survive";

    /// <summary>Said once steps are taken.</summary>
    public const string Begun = "begun";

    /// <summary>Said in the middle of a write, which then takes forever.</summary>
    public const string Writing = "writing";

    /// <summary>In front of the text of an epoch.</summary>
    public const string Epoch = "epoch ";

    /// <summary>In front of a notice.</summary>
    public const string Notice = "notice: ";

    /// <summary>Said at the end of the whole training.</summary>
    public const string Done = "done";

    /// <summary>In the place of a number: no write is held, no limit is set.</summary>
    public const int Never = -1;

    /// <param name="folder">The folder of checkpoints.</param>
    /// <param name="held">The number of the write that is held, from 0, or <see cref="Never"/>.</param>
    /// <param name="bytes">The bytes that a held write gets through.</param>
    /// <param name="pace">Milliseconds between two steps.</param>
    /// <param name="limit">Bytes that a file may have between the steps 20 and 40, or <see cref="Never"/>.</param>
    public static Process Start(string folder, int held = Never, long bytes = 0, int pace = 0, long limit = Never)
    {
        var start = SecondProcess.With(Argument, folder, held, bytes, pace, limit);
        start.RedirectStandardError = true;
        start.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(start)!;
    }

    public static int Run(string folder, int held, long bytes, int pace, long limit)
    {
        set_num_threads(1);
        using var signals = new StopSignals();
        using var data = ResilienceTraining.Data();
        using var validation = ResilienceTraining.Data(2);
        using var model = ResilienceTraining.Network(3);
        if (held >= 0)
            WholeFile.Through = stream => held-- == 0 ? new HeldStream(stream, bytes) : stream;
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder) with
        {
            Report = new Lines(),
            Hooks = [(_, step) => Pace(step, pace, limit)],
        });
        random.manual_seed(5);
        trainer.TryResume(folder);
        try
        {
            trainer.Train(data, validation, signals.Token);
        }
        catch (OperationCanceledException) when (signals.Received is not null)
        {
            return signals.ExitCode;
        }

        Say(Done);
        return 0;
    }

    private static void Pace(StepResult step, int pace, long limit)
    {
        if (step.GlobalStep % ResilienceTraining.Steps == 1 || pace > 0)
            Say(Begun);
        if (pace > 0)
            Thread.Sleep(pace);
        if (limit >= 0 && step.GlobalStep is 20 or 40)
            FileSizeLimit.Set(step.GlobalStep == 20 ? (ulong)limit : ulong.MaxValue);
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private sealed class Lines : IReport
    {
        public void OnEpoch(EpochResult epoch) => Say(Epoch + ResilienceTraining.Text(epoch));

        public void OnNotice(string notice) => Say(Notice + notice.ReplaceLineEndings(" "));
    }

    /// <summary>Lets some bytes through to the disk, says so, and then nothing any more.</summary>
    private sealed class HeldStream(Stream stream, long bytes) : Stream
    {
        private long _left = bytes;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (buffer.Length <= _left)
            {
                stream.Write(buffer);
                _left -= buffer.Length;
                return;
            }

            stream.Write(buffer[..(int)_left]);
            Hold();
        }

        /// <summary>The last act of a write before the file is flushed to the disk.</summary>
        public override void Flush() => Hold();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private void Hold()
        {
            stream.Flush();
            Say(Writing);
            Thread.Sleep(Timeout.Infinite);
        }
    }

    /// <summary>
    /// The size that the system lets a file have (setrlimit(2), Linux on 64 bits): beyond it a write fails, as on a full disk.
    /// </summary>
    private static class FileSizeLimit
    {
        private const int FileSize = 1;
        private const int TooLarge = 25;
        private const nint Ignore = 1;

        public static unsafe void Set(ulong bytes)
        {
            // The signal that comes with the error would end the process.
            Signal(TooLarge, Ignore);
            var limit = stackalloc ulong[] { bytes, ulong.MaxValue };
            if (SetLimit(FileSize, limit) != 0)
                throw new InvalidOperationException($"setrlimit failed with {Marshal.GetLastPInvokeError()}.");
        }

        [DllImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
        private static extern unsafe int SetLimit(int resource, ulong* limit);

        [DllImport("libc", EntryPoint = "signal")]
        private static extern nint Signal(int number, nint handler);
    }
}
