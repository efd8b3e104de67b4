// A column of a table, predicted from the others, with intervals that hold 90 of 100 new rows. See README.md.
using System.Globalization;
using BayesGen;
using TabularSample;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
return Options.Command(Run).Parse(args).Invoke();

static int Run(Options options)
{
    try
    {
        // What is wrong with the folder or the table is found out before the training, not after it.
        Directory.CreateDirectory(options.Out);
        var path = options.Csv ?? Path.Combine(options.Out, "rents.csv");
        double? noise = options.Csv is null ? Rents.Write(path, options.Seed) : null;
        using var rows = Rows.Of(CsvTable.Read(path), options);
        Console.WriteLine($"{path}: {rows}");

        using var learning = Learning.Of(rows, options);
        Console.WriteLine($"{learning.Training.Epochs.Count} epochs, {learning.Training.Duration.TotalSeconds:F0} s");
        Console.WriteLine();
        Console.WriteLine(Judged.Head);
        Console.WriteLine(learning.Plain.Line());
        Console.WriteLine(learning.Bayesian.Line());
        if (noise is { } least)
            Console.WriteLine($"the noise of the drawn rents is {least:G4}: no RMSE is much below it");
        Console.WriteLine();
        Console.WriteLine("conformal, Bayesian      held    width");
        foreach (var line in learning.Bayesian.ByUncertainty())
            Console.WriteLine(line);

        learning.Model.Save(options.Out);
        Console.WriteLine();
        Show(rows, options);
        File.WriteAllLines(Path.Combine(options.Out, "predictions.csv"), learning.Bayesian.Csv());
        Console.WriteLine();
        Console.WriteLine($"{RunPage.Write(options, rows, learning)} shows the run on one page");
        return 0;
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}

// As a service would: from the files, and in the units of the table.
static void Show(Rows rows, Options options)
{
    const int Shown = 5;
    using var model = TableModel.Load(options.Out);
    var some = rows.Judging.Of(Enumerable.Range(0, Shown));
    using var encoded = model.Encoding.Encode(some);
    var prediction = model.Predict(encoded.Inputs);
    var intervals = model.Intervals.Intervals(prediction);
    Console.WriteLine($"read back from {options.Out}, and asked for rows of the file:");
    for (var row = 0; row < Shown; row++)
        Console.WriteLine(
            $"line {some.Lines[row],5}: {options.Target} {prediction.Mean[row][0]:G4}, {Judged.Coverage:P0} between "
            + $"{intervals.Lower[row][0]:G4} and {intervals.Upper[row][0]:G4}; it is {encoded.Targets[row, 0].item<double>():G4}");
}
