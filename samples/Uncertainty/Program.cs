// Digits in, and something else: calibration and out-of-distribution detection. See README.md.
using System.Diagnostics;
using System.Globalization;
using BayesGen;
using BayesGen.SampleImages;
using UncertaintySample;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
return Options.Command(Run).Parse(args).Invoke();

static int Run(Options options)
{
    try
    {
        // What is wrong with the folder is found out before the training, not after it.
        Directory.CreateDirectory(options.Out);
        var clock = Stopwatch.StartNew();
        using var images = Images.Load(options.Images);
        Console.WriteLine(
            $"{(options.IsMnist ? "mnist" : "built-in digits")}: {images.Train.Count:N0} images of {options.TrainOn.Count} digits "
            + "to learn, "
            + $"{images.Test.Count:N0} to judge by; outside: {string.Join(", ", images.Outside.Select(kind => kind.Name))}");
        var report = new Report(options.Samples);
        foreach (var seed in options.Seeds)
        {
            Console.WriteLine($"seed {seed}");
            using var network = Training.Deterministic(images.Train, options.TrainOn.Count, options.Epochs, seed);
            using var model = Training.Bayesian(images.Train, options.TrainOn.Count, options.Epochs, seed);
            report.Add(Evaluation.Of(model, images, options.Samples, seed), Evaluation.Of(network, images));
        }

        report.Print();
        report.Write(options.Out);
        Console.WriteLine();
        Console.WriteLine(
            $"mean over {options.Seeds.Count} seed{(options.Seeds.Count == 1 ? "" : "s")}, {clock.Elapsed.TotalSeconds:F0} s in all");
        Console.WriteLine($"drawn in {RunPage.Write(options, images, report, clock.Elapsed)}");
        return 0;
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}
