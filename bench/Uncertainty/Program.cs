// How honest LeNet-5 is about MNIST and Fashion-MNIST: a plain network, a Bayesian one, and an ensemble of Bayesian ones, judged by all
// 10,000 test images. Accuracy, negative log-likelihood, calibration error, the detection of images of another kind, and conformal sets.
// See ../RESULTS.md.
//
//     dotnet run -c Release --project bench/Uncertainty -- --data-dir path/to/data --epochs 3,8,20 --out results/bench-uncertainty
//
// The folder of the data holds mnist and fashion-mnist. A run that is finished is kept in the output folder and not computed again;
// --validation judges by training images that are held out, to choose a recipe; --help lists the rest.
using System.Globalization;
using BayesGen.Benchmarks.Uncertainty;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
return RunOptions.Command(Run).Parse(args).Invoke();

static int Run(RunOptions options)
{
    try
    {
        // What is wrong with the folder is found out before the training, not after it.
        Directory.CreateDirectory(options.RunFolder);
        set_num_threads(options.Threads);
        var pieces = Piece.All(options);
        foreach (var set in pieces.Where(piece => Outcome.Of(piece, options.RunFolder) is null).GroupBy(piece => piece.Set))
        {
            using var images = ImageSet.Load(set.Key, options);
            foreach (var piece in set.OrderBy(piece => piece.Seed))
            {
                var outcome = Measurement.Of(piece, images);
                outcome.Write(piece.FileIn(options.RunFolder));
                Console.WriteLine($"{piece}: {outcome}");
            }
        }

        var summaries = Summary.Of(pieces, options.RunFolder);
        Report.Print(summaries, Console.Out);
        Summary.Write(options.SummaryFile, summaries);
        return 0;
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}
