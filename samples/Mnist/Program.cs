using System.Diagnostics;
using BayesGen;
using MnistSample;
using TorchSharp;

// Before Torch is loaded: other programs on this machine may want the processor too.
ComputeThreads.SleepWhenIdle();
using var signals = new StopSignals();
try
{
    var options = Options.Parse(args);
    if (options.ShowHelp)
    {
        Console.WriteLine(Options.Help);
        return 0;
    }

    var device = Devices.Choose(options.Device);
    if (options.Out is { } folder)
        Directory.CreateDirectory(folder);
    torch.random.manual_seed(options.Seed);
    var clock = Stopwatch.StartNew();

    Chapter("1. The data");
    using var pictures = Pictures.Load(options);
    Console.WriteLine($"{Options.NameOf(options.Data)}: {pictures.Train.Count:N0} pictures for training, "
        + $"{pictures.Validation.Count:N0} for validation, {pictures.Test.Count:N0} for testing");

    Chapter("2. A network becomes Bayesian");
    Wrapping.Show();

    Chapter("3. A training step by hand");
    OneStep.Take(pictures.Train);

    Chapter("4. Networks of the posterior");
    NetworksOfThePosterior.Take();

    Chapter("5. Training");
    using var model = new BayesianClassifier(new Classifier());
    model.to(device);
    var (trainer, training) = Training.Run(model, pictures, options, signals.Token);
    using var _ = trainer;

    Chapter("6. Saving and loading");
    Storing.SaveAndLoad(model, pictures.Test, options.Out);

    Chapter("7. Evaluating at thresholds");
    var threshold = options.Threshold ?? Thresholding.Choose(trainer, pictures.Validation);
    var summary = Thresholding.Evaluate(trainer, pictures.Test, threshold, options.Data, clock);
    Thresholding.Print(summary);
    Console.WriteLine($"{summary.Seconds:F0} s for data, training and evaluation");
    if (options.Out is not null)
    {
        summary.Write(options.Out);
        RunPage.Write(options.Out, options, pictures, model, trainer, training, summary);
    }

    Chapter("8. Pruned for good, and used");
    Deterministic.Use(model, pictures, threshold, options.Out);
    return 0;
}
catch (OperationCanceledException) when (signals.Received is not null)
{
    // Ctrl-C or SIGTERM: the training ended after a step, and is saved where --checkpoints says.
    Console.Error.WriteLine("Stopped before the end; with --checkpoints DIR, --resume continues from here.");
    return signals.ExitCode;
}
catch (OptionException exception)
{
    Console.Error.WriteLine($"{exception.Message} See --help.");
    return 2;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DeviceMissingException)
{
    // Missing or damaged data, a folder that cannot be written: the message says it all.
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static void Chapter(string title) => Console.WriteLine($"{Environment.NewLine}== {title}");
