using System.Globalization;
using System.Runtime.InteropServices;
using BayesGen.Data;
using BayesGen.Tests.Networks;

namespace BayesGen.Tests;

/// <summary>
/// The second process of <see cref="MallocTuningTests"/>: a fresh one, since a setting of the C library stays. It runs a network on
/// batches whose buffers the library hands back to the system if it is left alone, and prints how many pages had to be fetched.
/// </summary>
internal static class MallocTuningProcess
{
    public const string Argument = "--process-memory";
    public const string Evaluate = "evaluate";
    public const string Predict = "predict";
    public const string Predictor = "predictor";

    /// <summary>The buffers behind the first convolution have 51 MB; above 32 MB the library never keeps one by itself.</summary>
    private const int Batch = 512;

    /// <summary>A sweep on a slow machine makes the first of them fetch its buffers again, which is a quarter of all.</summary>
    public const int Batches = 4;

    private const int NoHugePages = 41;

    public static int Run(string work, bool managesMemory)
    {
        // Pages of 4 KB, so that there is something to count.
        if (Control(NoHugePages, 1, 0, 0, 0) != 0)
            throw new InvalidOperationException($"prctl failed with {Marshal.GetLastPInvokeError()}.");
        using var scope = NewDisposeScope();
        using var data = new TensorDataSet(rand(Batches * Batch, 1, 28, 28), zeros(Batches * Batch, dtype: ScalarType.Int64));
        using var model = new BayesianClassifier(new Classifier());
        using var trainer = model.CreateTrainer(new TrainerOptions { ManageMemory = managesMemory, BatchSize = Batch, ElboSamples = 0 });
        using var predictor = model.CreatePredictor(() => new Classifier(), samples: 1, manageMemory: managesMemory);
        Action use = work switch
        {
            Evaluate => () => trainer.Evaluate(data),
            Predict => () => model.Predict(data.Inputs, 1, new PredictionOptions { ManageMemory = managesMemory, BatchSize = Batch }),
            Predictor => () => predictor.Predict(data.Inputs, Batch),
            _ => throw new ArgumentException($"'{work}' is not work."),
        };
        use();
        var before = Faults();
        use();
        Console.WriteLine(Faults() - before);
        return 0;
    }

    /// <summary>The tenth field of proc_pid_stat(5), the eighth behind the name of the program.</summary>
    private static long Faults()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[7], CultureInfo.InvariantCulture);
    }

    [DllImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static extern int Control(int option, nuint value, nuint third, nuint fourth, nuint fifth);
}
