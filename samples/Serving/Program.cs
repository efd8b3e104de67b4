// A Bayesian neural network behind HTTP, with its uncertainty in the answer. See README.md.
using System.Globalization;
using BayesGen;
using BayesGen.Serialization;
using ServingSample;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
return Options.Command(Run).Parse(args).Invoke();

static int Run(Options options)
{
    try
    {
        switch (options)
        {
            case TrainOptions train:
                Training.Run(train);
                return 0;
            case LoadOptions load:
                return Load.RunAsync(load).GetAwaiter().GetResult();
            default:
                return Serve((ServeOptions)options);
        }
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StateMismatchException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}

static int Serve(ServeOptions options)
{
    if (!File.Exists(options.Model))
        throw new FileNotFoundException($"{options.Model} is not there: 'train' makes it.");
    using var app = Service.Build(options);
    app.Start();
    foreach (var url in app.Urls)
        Console.WriteLine($"listening on {url}; Ctrl+C ends");
    app.WaitForShutdown();
    return 0;
}
