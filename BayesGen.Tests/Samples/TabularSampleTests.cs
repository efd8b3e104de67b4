using TabularSample;

namespace BayesGen.Tests.Samples;

/// <summary>What comes out of the sample on tables: its command line, what it refuses, its numbers, and what is read back.</summary>
public sealed class TabularSampleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File(string name) => Path.Combine(_folder.Root, name);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ReadsItsOptions()
    {
        Assert.Equivalent(new Options(), CommandLine.Read<Options>(Options.Command));
        var options = CommandLine.Read<Options>(
            Options.Command, "--csv", "t.csv", "--target", "price", "--ignore", "id, date", "--categories", "zip", "--epochs", "3");
        Assert.Equal(("t.csv", "price", 3), (options.Csv, options.Target, options.Epochs));
        Assert.Equal(["id", "date"], options.Ignored);
        Assert.Equal(["zip"], options.Categories);
    }

    [Theory]
    [InlineData("--csv FILE and --target COLUMN go together", "--csv", "t.csv")]
    [InlineData("--csv FILE and --target COLUMN go together", "--target", "price")]
    [InlineData("--ignore is a list of columns with commas between them, not 'a,,b'.", "--ignore", "a,,b")]
    [InlineData("--epochs is a whole number from 1, not '0'.", "--epochs", "0")]
    public void RefusesWrongOptionsWithAMessage(string message, params string[] args) =>
        Assert.Contains(CommandLine.Errors<Options>(Options.Command, args), error => error.Contains(message, StringComparison.Ordinal));

    [Theory]
    [InlineData("has no column 'y'. It has: a, kind, t.", "y", "1,red,2", 60)]
    [InlineData("has 49 rows, and it takes 50", "t", "1,red,2", 49)]
    [InlineData("line 2, column 'a': 'NaN' cannot be read as a number.", "t", "NaN,red,2", 60)]
    [InlineData("line 2, column 'a': '1.5 m' cannot be read as a number.", "t", "1.5 m,red,2", 60)]
    [InlineData("line 2, column 't': the target is missing.", "t", "1,red,", 60)]
    [InlineData("line 2, column 't': 'inf' cannot be read as a number.", "t", "1,red,inf", 60)]
    [InlineData("line 2: 4 cells, and the first line names 3 columns.", "t", "1,5,red,2", 60)]
    [InlineData("column 't' has one value in all rows that are learned", "t", "1,red,7", 0)]
    [InlineData("has no column 'zip'. It has: a, kind, t.", "t", "1,red,2", 60, "zip")]
    [InlineData("has no column beside 't' to predict it by.", "t", "1,red,2", 60, "a,kind")]
    public void WhatIsWrongWithATableIsNotSaid(string message, string target, string first, int count, string ignored = "")
    {
        // A row count of 0 stands for rows that are all the same.
        var rows = count == 0
            ? Enumerable.Repeat(first, 60)
            : Enumerable.Range(1, count - 1).Select(i => $"{i},blue,{2 * i}").Prepend(first);
        System.IO.File.WriteAllLines(File("t.csv"), rows.Prepend("a,kind,t"));
        var options = new Options { Target = target, Ignored = ignored.Split(',', StringSplitOptions.RemoveEmptyEntries) };
        var error = Assert.Throws<InvalidDataException>(() => Rows.Of(CsvTable.Read(File("t.csv")), options));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(File("t.csv"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsNotThereOrNamesAColumnTwiceIsRead()
    {
        Assert.Contains("There is no file", Assert.Throws<InvalidDataException>(() => CsvTable.Read(File("none.csv"))).Message);
        System.IO.File.WriteAllText(File("twice.csv"), "a,a\n1,2\n");
        Assert.Contains("column names that differ", Assert.Throws<InvalidDataException>(() => CsvTable.Read(File("twice.csv"))).Message);
    }

    /// <summary>Semicolons, quotation marks and blank lines; the line of a cell is that of the file.</summary>
    [Fact]
    public void ACellIsReadFromAnotherPlace()
    {
        System.IO.File.WriteAllText(File("t.csv"), "a;kind\n1; \"red; or so\"\n\n2;blue\n");
        var table = CsvTable.Read(File("t.csv"));
        Assert.Equal(["1", "red; or so", "2", "blue"], table.Rows.SelectMany(row => row));
        Assert.Equal([2, 4], table.Lines);
    }

    /// <summary>Means and categories are those of the rows that are learned; a number that is missing has a column that says so.</summary>
    [Fact]
    public void ACellBecomesAnotherNumber()
    {
        var table = new CsvTable("t.csv", ["a", "kind", "t"], [["1", "red", "5"], ["", "blue", "6"], ["4", "green", "7"]], [2, 3, 4]);
        var encoding = TableEncoding.Of(table, table.Of([0, 1]), new Options { Target = "t" });
        Assert.Equal(["a", "a missing", "kind blue", "kind red"], encoding.Names());
        using var data = encoding.Encode(table);
        Assert.Equal([1, 0, 0, 1, /**/ 1, 1, 1, 0, /**/ 4, 0, 0, 0], data.Inputs.data<double>().ToArray());
        Assert.Equal([5, 6, 7], data.Targets.data<double>().ToArray());

        var named = TableEncoding.Of(table, table, new Options { Target = "t", Categories = ["a"], Ignored = ["kind"] });
        Assert.Equal(["a 1", "a 4"], named.Names());
    }

    [Fact]
    public void TheDrawnRentsAreTheSameForASeedAndHaveGaps()
    {
        var noise = Rents.Write(File("one.csv"), seed: 3);
        Assert.Equal(noise, Rents.Write(File("two.csv"), seed: 3));
        Assert.Equal(System.IO.File.ReadAllText(File("one.csv")), System.IO.File.ReadAllText(File("two.csv")));
        var table = CsvTable.Read(File("one.csv"));
        Assert.InRange(table.Rows.Count(row => row[table.PlaceOf("built")] == "") / (double)table.Rows.Count, 0.02, 0.06);
        Assert.All(table.Rows, row => Assert.InRange(int.Parse(row[table.PlaceOf(Rents.Target)]), 1, 5_000));
        using var rows = Rows.Of(table, new Options());
        Assert.Equal((1_800, 600, 600), (rows.Train.Count, rows.Calibration.Count, rows.Test.Count));
        Assert.Equal(10, rows.Encoding.Names().Count);
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public void WhatIsReadBackAnswersOtherwise()
    {
        Rents.Write(File("rents.csv"), seed: 1);
        var table = CsvTable.Read(File("rents.csv"));
        var options = new Options { Epochs = 10, Out = _folder.Root };
        using var rows = Rows.Of(table.Of(Enumerable.Range(0, 800)), options);
        using var learning = Learning.Of(rows, options);

        // In the units of the table: the network has learned more than the mean, which is off by the deviation of the rents.
        var deviation = rows.Test.Targets.std().item<double>();
        Assert.InRange(learning.Bayesian.Evaluation.RootMeanSquaredError, 1, 0.7 * deviation);
        Assert.InRange(learning.Bayesian.Conformal.Coverage, 0.8, 0.98);
        Assert.Equal(Judged.Head.Split('\n')[1].Length, learning.Plain.Line().Length);
        Assert.Equal(160, learning.Bayesian.Csv().Count() - 1);

        learning.Model.Save(_folder.Root);
        using var model = TableModel.Load(_folder.Root);
        using var encoded = model.Encoding.Encode(rows.Judging);
        var prediction = model.Predict(encoded.Inputs);
        Assert.Equal(learning.Bayesian.Evaluation.Prediction.Mean, prediction.Mean);
        Assert.Equal(learning.Bayesian.Intervals.Upper, model.Intervals.Intervals(prediction).Upper);

        var page = System.IO.File.ReadAllText(RunPage.Write(options, rows, learning));
        Assert.Contains("90 % interval", page, StringComparison.Ordinal);
        Assert.True(new FileInfo(File("intervals.png")).Length > 10_000);
    }
}
