// A trained network, and a posterior for its last layer: by a Laplace approximation, and by a variational bound. See README.md.
using System.Globalization;
using BayesGen;
using BayesGen.Laplace;
using BayesGen.LastLayers;
using BayesGen.Plots;
using BayesGen.SampleImages;
using LastLayerSample;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
return Options.Command(Run).Parse(args).Invoke();

static int Run(Options options)
{
    try
    {
        // What is wrong with the folder is found out before the training, not after it.
        Directory.CreateDirectory(options.Out);
        using var images = Images.Load(options.Images);
        Console.WriteLine($"{images.Train.Count:N0} digits to learn, {images.Test.Count:N0} to judge by");

        // One line makes the last layer of any network one with a posterior; what is fitted to it answers.
        using var model = new LastLayerModel<ConvolutionalReader>(Plain.Of(options, images.Train));
        var prediction = new PredictionOptions { Seed = options.Seed, BatchSize = 250 };
        Method[] methods =
        [
            Method.Of("plain", images, () => new PlainAnswers(model), (plain, data) => plain.Predict(data.Inputs, prediction)),
            Method.Of(
                "last-layer Laplace", images, () => model.FitLaplace(images.Train),
                (laplace, data) => laplace.Predict(data.Inputs, options.Samples, prediction)),
            Method.Of(
                "variational last layer", images, () => model.FitVariationalLastLayer(images.Train),
                (last, data) => last.Predict(data.Inputs, options.Samples, prediction)),
        ];
        var kinds = images.Outside.Select(kind => kind.Name).ToList();
        Console.WriteLine();
        Console.WriteLine(Method.Head + string.Concat(kinds.Select(kind => $" {kind,14}")));
        foreach (var method in methods)
            Console.WriteLine(method.Line());
        Console.WriteLine("(to the right: AUROC of the predictive entropy against images of that kind)");

        File.WriteAllLines(
            Path.Combine(options.Out, "methods.csv"),
            methods.Select(method => method.Csv()).Prepend("method,accuracy,nll,ece,seconds," + string.Join(",", kinds)));
        var comparison = Comparison.Of([.. methods.Select(method => (method.Name, method.Known))]);
        var path = Path.Combine(options.Out, "risk.png");
        ComparisonChart.Draw(comparison).SavePng(path);
        Console.WriteLine($"drawn in {path}");
        return 0;
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}
