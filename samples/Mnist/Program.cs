using System.Diagnostics;
using BayesGen;
using MnistSample;
using TorchSharp;

// Before Torch is loaded: other programs on this machine may want the processor too.
ComputeThreads.UsePassiveWait();
return Options.Command(Run).Parse(args).Invoke();

static int Run(Options options)
{
    using var signals = new StopSignals();
    try
    {
        var device = Devices.Choose(options.Device);
        if (options.Out is { } folder)
            Directory.CreateDirectory(folder);
        torch.random.manual_seed(options.Seed);
        var clock = Stopwatch.StartNew();

        Chapter("1. The data");
        using var images = Images.Load(options);
        Console.WriteLine($"{Options.NameOf(options.Data)}: {images.Train.Count:N0} images for training, "
            + $"{images.Validation.Count:N0} for validation, {images.Test.Count:N0} for testing");

        Chapter("2. A network becomes Bayesian");
        Wrapping.Show();

        Chapter("3. A training step by hand");
        OneStep.Take(images.Train);

        Chapter("4. Networks of the posterior");
        NetworksOfThePosterior.Take();

        Chapter("5. Training");
        using var model = new BayesianClassifier(new Classifier());
        model.to(device);
        var (trainer, training) = Training.Run(model, images, options, signals.Token);
        using var _ = trainer;

        Chapter("6. Saving and loading");
        Storing.SaveAndLoad(model, images.Test, options.Out);

        Chapter("7. Evaluating at thresholds");
        var threshold = options.Threshold ?? Thresholding.Choose(model, images.Validation);
        var summary = Thresholding.Evaluate(trainer, images.Test, threshold, options.Data, clock);
        Thresholding.Print(summary);
        Console.WriteLine($"{summary.Seconds:F0} s for data, training and evaluation");
        if (options.Out is not null)
        {
            summary.Write(options.Out);
            RunPage.Write(options.Out, options, images, model, trainer, training, summary);
        }

        Chapter("8. Pruned for good, and used");
        Deterministic.Use(model, images, threshold, options.Out);
        return 0;
    }
    catch (OperationCanceledException) when (signals.Received is not null)
    {
        // Ctrl-C or SIGTERM: the training ended after a step, and is saved where --checkpoints says.
        Console.Error.WriteLine("Stopped before the end; with --checkpoints DIR, --resume continues from here.");
        return signals.ExitCode;
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DeviceMissingException)
    {
        // Missing or damaged data, a folder that cannot be written: the message says it all.
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}

static void Chapter(string title) => Console.WriteLine($"{Environment.NewLine}== {title}");
