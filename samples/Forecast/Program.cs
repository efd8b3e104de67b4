// The next value of five series, with bands of 95 % that hold it in 95 of 100 cases. See README.md.
using System.Globalization;
using BayesGen;
using ForecastSample;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
return Options.Command(Run).Parse(args).Invoke();

static int Run(Options options)
{
    try
    {
        // What is wrong with the folder is found out before the training, not after it.
        Directory.CreateDirectory(options.Out);
        Console.WriteLine(Forecast.Head);
        var forecasts = new List<Forecast>();
        foreach (var series in Series.BuiltIn(options.Seed))
        {
            forecasts.Add(Forecast.Of(series, options));
            Console.WriteLine(forecasts[^1].Line());
        }

        var means = (Plain: forecasts.Average(one => one.Plain.Coverage), Calibrated: forecasts.Average(one => one.Calibrated.Coverage));
        Console.WriteLine(
            $"mean: {means.Plain:P1} as learned, {means.Calibrated:P1} calibrated, "
            + $"{forecasts.Average(one => one.Conformal.Coverage):P1} conformal");
        File.WriteAllLines(
            Path.Combine(options.Out, "bands.csv"),
            forecasts.Select(one => one.Csv()).Prepend(
                "series,nll,plain_held,plain_width,calibrated_held,calibrated_width,conformal_held,conformal_width"));
        Console.WriteLine();
        foreach (var forecast in forecasts)
            Console.WriteLine($"drawn in {forecast.Draw(options.Out)}");
        return 0;
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}
