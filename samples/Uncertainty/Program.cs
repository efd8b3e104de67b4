// Digits in, and something else: calibrated and told apart. See README.md.
using System.Diagnostics;
using System.Globalization;
using BayesGen;
using UncertaintySample;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.SleepWhenIdle();
try
{
    var options = Options.Parse(args);
    if (options.ShowHelp)
    {
        Console.WriteLine(Options.Help);
        return 0;
    }

    // What is wrong with the folder must not be found out after the training.
    Directory.CreateDirectory(options.Out);
    var clock = Stopwatch.StartNew();
    using var pictures = Pictures.Load(options);
    var epochs = Training.EpochsFor(options);
    Console.WriteLine(
        $"{(options.IsMnist ? "mnist" : "built-in digits")}: {pictures.Train.Count:N0} pictures of {options.TrainOn.Count} digits to learn, "
        + $"{pictures.Test.Count:N0} to judge by; outside: {string.Join(", ", pictures.Outside.Select(kind => kind.Name))}");
    var report = new Report(options.Samples);
    foreach (var seed in options.Seeds)
    {
        Console.WriteLine($"seed {seed}");
        using var network = Training.Deterministic(pictures.Train, options.TrainOn.Count, epochs, seed);
        using var model = Training.Bayesian(pictures.Train, options.TrainOn.Count, epochs, seed);
        report.Add(Judgement.Of(model, pictures, options.Samples, seed), Judgement.Of(network, pictures));
    }

    report.Print();
    report.Write(options.Out);
    Console.WriteLine();
    Console.WriteLine(
        $"mean over {options.Seeds.Count} seed{(options.Seeds.Count == 1 ? "" : "s")}, {clock.Elapsed.TotalSeconds:F0} s in all");
    Console.WriteLine($"drawn in {RunPage.Write(options, pictures, report, clock.Elapsed)}");
    return 0;
}
catch (OptionException exception)
{
    Console.Error.WriteLine($"{exception.Message} See --help.");
    return 2;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
