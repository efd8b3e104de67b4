// Tables of the UCI repository on the standard splits: variational inference, IVON, Renyi, Laplace, deep ensembles and dropout side by
// side, beside the published figures. See ../RESULTS.md.
//
//     dotnet run -c Release --project bench/Uci -- --data-dir path/to/uci --out results/uci
using System.Globalization;
using BayesGen.Benchmarks.Uci;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
return RunOptions.Command(Run).Parse(args).Invoke();

static int Run(RunOptions options)
{
    try
    {
        if (options.IsWorker)
            return Worker.Serve(options, Console.In, Console.Out);
        var work = Work.Of(options);
        var failures = new Crew(options).Do(work.Missing(options.SplitFolder));
        var summaries = Summary.Of(work, options.SplitFolder);
        Report.Print(summaries, Console.Out);
        Summary.Write(options.SummaryFile, summaries);
        foreach (var failure in failures)
            Console.Error.WriteLine(failure);
        return failures.Count == 0 ? 0 : 1;
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}
