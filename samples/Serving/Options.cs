using System.CommandLine;
using BayesGen.CommandLines;

namespace ServingSample;

/// <summary>What the command line asks for.</summary>
public abstract record Options
{
    public const string DefaultModel = "results/serving/digits.safetensors";

    /// <summary>The file of the trained network.</summary>
    public string Model { get; init; } = DefaultModel;

    /// <summary>The command line of the sample: a command to train, one to serve, one to measure.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<Options, int> run) =>
        new("A Bayesian neural network behind HTTP: digits in, classes with their uncertainty out.")
        {
            TrainOptions.Command(run), ServeOptions.Command(run), LoadOptions.Command(run),
        };

    protected static Option<string?> ModelOption(string description)
    {
        var model = CheckedOption.Text("--model", "FILE", description);
        model.DefaultValueFactory = _ => DefaultModel;
        return model;
    }

    protected static Option<int> SamplesOption() =>
        CheckedOption.Number("--samples", "N", "Networks drawn from the posterior; each answers every request.", least: 1, otherwise: 30);

    protected static Option<int> ThreadsOption() => CheckedOption.Number(
        "--threads", "N", "Torch's threads for each request; more than 1 pays only where requests come one at a time.",
        least: 1, otherwise: 1);
}

/// <summary>Train and save.</summary>
public sealed record TrainOptions : Options
{
    public int Epochs { get; init; } = 10;

    public int Seed { get; init; } = 1;

    public static new Command Command(Func<Options, int> run)
    {
        var model = ModelOption("Save the network there.");
        var epochs = CheckedOption.Number("--epochs", "N", "Passes over the training data.", least: 1, otherwise: 10);
        var seed = CheckedOption.Number("--seed", "N", "Seed of weights, noise and order.", least: 0, otherwise: 1);
        var command = new Command("train", "Trains on digits that the library draws, and saves the network.") { model, epochs, seed };
        command.SetAction(given => run(new TrainOptions
        {
            Model = given.GetValue(model)!, Epochs = given.GetValue(epochs), Seed = given.GetValue(seed),
        }));
        return command;
    }
}

/// <summary>Load and answer.</summary>
public sealed record ServeOptions : Options
{
    public const string DefaultUrl = "http://localhost:5080";

    /// <summary>Where to listen.</summary>
    public string Url { get; init; } = DefaultUrl;

    public int Samples { get; init; } = 30;

    public int Threads { get; init; } = 1;

    public static new Command Command(Func<Options, int> run)
    {
        var model = ModelOption("The file that 'train' wrote.");
        var url = CheckedOption.Of(
            "--url", "URL", "Where to listen.", $"is an address such as {DefaultUrl}", (string text, out string value) =>
            {
                value = text;
                return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri.PathAndQuery == "/";
            });
        url.DefaultValueFactory = _ => DefaultUrl;
        var (samples, threads) = (SamplesOption(), ThreadsOption());
        var command = new Command("serve", "Loads the network and answers requests until Ctrl+C.") { model, url, samples, threads };
        command.SetAction(given => run(new ServeOptions
        {
            Model = given.GetValue(model)!,
            Url = given.GetValue(url)!,
            Samples = given.GetValue(samples),
            Threads = given.GetValue(threads),
        }));
        return command;
    }
}

/// <summary>Measure.</summary>
public sealed record LoadOptions : Options
{
    public int Clients { get; init; } = 20;

    public int Requests { get; init; } = 10_000;

    public int Images { get; init; } = 1;

    public int Samples { get; init; } = 30;

    public int Threads { get; init; } = 1;

    public static new Command Command(Func<Options, int> run)
    {
        var model = ModelOption("The file that 'train' wrote.");
        var clients = CheckedOption.Number("--clients", "N", "Clients at once, each with one request after the other.", 1, 20);
        var requests = CheckedOption.Number("--requests", "N", "Requests in all, after a quarter as many to warm up.", 1, 10_000);
        var images = CheckedOption.Number("--images", "N", $"Images in a request, at most {PredictionRequest.MostImages}.", 1, 1);
        images.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var number) && number > PredictionRequest.MostImages)
                result.AddError($"--images is at most {PredictionRequest.MostImages}, not '{text}'.");
        });
        var (samples, threads) = (SamplesOption(), ThreadsOption());
        var command = new Command("load", "Starts a server of its own, asks it from many clients, and prints rate, latency and memory.")
        {
            model, clients, requests, images, samples, threads,
        };
        command.SetAction(given => run(new LoadOptions
        {
            Model = given.GetValue(model)!,
            Clients = given.GetValue(clients),
            Requests = given.GetValue(requests),
            Images = given.GetValue(images),
            Samples = given.GetValue(samples),
            Threads = given.GetValue(threads),
        }));
        return command;
    }
}
