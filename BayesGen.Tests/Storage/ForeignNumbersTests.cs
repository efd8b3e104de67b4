using Entry = BayesGen.Tests.SafeTensorsLayout.Entry;

namespace BayesGen.Tests;

/// <summary>
/// Files of other programs, or of other networks: what cannot become a weight is refused, what is odd is told, in words that fit on a page.
/// </summary>
public sealed class ForeignNumbersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;

    private string Path => System.IO.Path.Combine(_folder, "foreign.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("I64")]
    [InlineData("BOOL")]
    [InlineData("F64")]
    public void LoadRefusesNumbersThatTheWeightCannotHold(string dtype)
    {
        byte[] bytes = dtype switch
        {
            "I64" => [.. BitConverter.GetBytes(3L), .. BitConverter.GetBytes(4L)],
            "BOOL" => [1, 0],
            _ => [.. BitConverter.GetBytes(1e300), .. BitConverter.GetBytes(1.0)],
        };
        Write(new Entry(dtype, [1, 2], bytes));
        using var model = new BayesianLine(new Line());
        var before = Bits(model);
        var error = Assert.Throws<ArgumentException>(() => model.Load(Path));
        Assert.Contains("line.weight.mu", error.Message);
        Assert.Contains("Nothing was loaded", error.Message);
        Assert.Equal(before, Bits(model));
        SafeTensorsLayout.Write(Path, ("line.weight", new Entry(dtype, [1, 2], bytes)));
        Assert.Throws<ArgumentException>(() => model.LoadMeans(Path));
        Assert.Equal(before, Bits(model));
    }

    [Fact]
    public void LoadTakesWiderFloatsThatFit()
    {
        Write(new Entry("F64", [1, 2], [.. BitConverter.GetBytes(0.5), .. BitConverter.GetBytes(double.NegativeInfinity)]));
        using var model = new BayesianLine(new Line());
        Assert.Contains("not finite", model.Load(Path).Notice);
        Assert.Equal([0.5f, float.NegativeInfinity], model.Posterior.Line.Weight.Mu.detach().flatten().data<float>().ToArray());
    }

    [Fact]
    public void LoadWarnsAboutWeightsThatAreNaN()
    {
        using var model = new BayesianLine(new Line());
        using (no_grad())
            model.Posterior.Line.Weight.Mu.fill_(float.NaN);
        model.Save(Path);
        var notice = model.Load(Path).Notice;
        Assert.Contains("line.weight.mu", notice);
        Assert.Contains("not finite", notice);
        SafeTensorsLayout.Write(Path, ("line.weight", SafeTensorsLayout.Floats([float.NaN, 1], 1, 2)));
        Assert.Contains("line.weight", model.LoadMeans(Path).Notice);
        SafeTensorsLayout.Write(Path, ("line.weight", SafeTensorsLayout.Floats([2, 1], 1, 2)));
        Assert.Null(model.LoadMeans(Path).Notice);
    }

    [Fact]
    public void ThousandsOfWrongKeysGiveAMessageOfAtMostOnePage()
    {
        List<KeyValuePair<string, Tensor>> expected =
            [.. Enumerable.Range(0, 6_000).Select(i => new KeyValuePair<string, Tensor>($"a{i}", zeros(1)))];
        var found = Enumerable.Range(0, 20_000).ToDictionary(i => $"b{i}", _ => expected[0].Value);
        var error = Assert.Throws<StateMismatchException>(() => StateComparison.Of(expected, found).RequireFit(strict: true));
        Assert.True(error.Message.Length < 2_000, $"{error.Message.Length} characters");
        Assert.Contains("and 5,980 more", error.Message);
        Assert.Equal((6_000, 20_000), (error.Missing.Count, error.Unexpected.Count));
        expected.ForEach(entry => entry.Value.Dispose());
    }

    [Fact]
    public void EscapesControlCharactersInKeys()
    {
        const string Escape = "\\u001b[2J\\u202e\\u009b31m";
        using var model = new BayesianLine(new Line());
        SafeTensorsLayout.Write(Path, (Escape, SafeTensorsLayout.Numbers(1, 2)));
        AssertPlain(Assert.Throws<StateMismatchException>(() => model.Load(Path)).Message, "\\u001b[2J\\u202e\\u009b31m");
        AssertPlain(Assert.Throws<StateMismatchException>(() => model.LoadMeans(Path)).Message, "\\u001b[2J");
        SafeTensorsLayout.Write(Path, (Escape, new Entry("F4" + Escape, [1], [1])));
        AssertPlain(Assert.Throws<StateFileException>(() => model.Load(Path)).Message, "\\u001b[2J");
        SafeTensorsLayout.Write(Path, (Escape + new string('x', 1_000_000), new Entry("F4", [1], [1])));
        Assert.True(Assert.Throws<StateFileException>(() => model.Load(Path)).Message.Length < 10_000);

        static void AssertPlain(string message, string shown)
        {
            Assert.DoesNotContain(message, letter => char.IsControl(letter) && letter is not ('\n' or '\r'));
            Assert.DoesNotContain('\u202e', message);
            Assert.Contains(shown, message);
        }
    }

    [Fact]
    public void NamesTorchSharpsFormatAndWhatReadsIt()
    {
        using var plain = new Line();
        plain.save(Path);
        using var model = new BayesianLine(new Line());
        foreach (var load in (Action[])[() => model.LoadMeans(Path), () => model.Load(Path)])
        {
            var error = Assert.Throws<StateFileException>(load);
            Assert.Contains("TorchSharp", error.Message);
            Assert.Contains("plain.load(path)", error.Message);
        }

        File.WriteAllText(Path, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
        Assert.Contains("git lfs pull", Assert.Throws<StateFileException>(() => model.Load(Path)).Message);
    }

    [Fact]
    public void LoadOfAPlainStateDictNamesLoadMeans()
    {
        SafeTensorsLayout.Write(Path, ("line.weight", SafeTensorsLayout.Numbers(1, 1, 2)));
        using var model = new BayesianLine(new Line());
        Assert.Contains("LoadMeans", Assert.Throws<StateMismatchException>(() => model.Load(Path)).Message);
    }

    private void Write(Entry mean) => SafeTensorsLayout.Write(
        Path,
        ("line.weight.mu", mean),
        ("line.weight.log_sigma", SafeTensorsLayout.Numbers(-300, 1, 2)),
        ("line.weight.mask", new Entry("BOOL", [1, 2], [1, 1])));

    private static string Bits(BayesianLine model) => string.Join(
        ' ', model.state_dict().Values.Select(tensor => Convert.ToHexString(tensor.detach().bytes)));
}
