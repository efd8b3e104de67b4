namespace BayesGen.Tests.Tables;

/// <summary>Tables on one scale, and answers back in the units of whoever asks.</summary>
public sealed class StandardizeTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    /// <summary>
    /// By hand: columns (1, 3) and (10, 10 + 4), means 2 and 12, deviations 1 and 2; targets 5 and 9, mean 7, deviation 2.
    /// </summary>
    [Fact]
    public void ColumnsGetMeanZeroAndDeviationOne()
    {
        using var scope = NewDisposeScope();
        using var train = Table([1, 10, 3, 14], 2, [5, 9]);
        var scale = Standardize.Fit(train, new() { Dtype = ScalarType.Float64 });
        Assert.Equal([2.0, 12], scale.InputMeans);
        Assert.Equal([1.0, 2], scale.InputDeviations);
        Assert.Equal((7.0, 2.0), (scale.TargetMeans[0], scale.TargetDeviations[0]));
        using var standardized = scale.Apply(train);
        Assert.Equal([-1.0, -1, 1, 1], standardized.Inputs.data<double>());
        Assert.Equal([-1.0, 1], standardized.Targets.data<double>());

        // Rows that were not measured go by the same numbers, in the dtype that networks have where none is named.
        var other = Standardize.Fit(train).Inputs(tensor(new[] { 4f, 12f }, [1, 2]));
        Assert.Equal((ScalarType.Float32, 2f, 0f), (other.dtype, other[0, 0].item<float>(), other[0, 1].item<float>()));
    }

    [Fact]
    public void PredictionsComeBackInTheUnitsOfTheTable()
    {
        using var scope = NewDisposeScope();
        using var train = Table([1, 10, 3, 14], 2, [5, 9]);
        var scale = Standardize.Fit(train);
        var inside = RegressionPrediction.Of(GaussianNoise.Fixed(0.5), tensor(new[] { 0.0, 1 }), tensor(new[] { 1.0, 2 }));
        var prediction = scale.InUnits(inside);
        Assert.Equal([7.0, 9], prediction.MeansOfSamples(0));
        Assert.Equal(8, prediction.Mean[0][0]);
        Assert.Equal(1, prediction.AleatoricVariance[0][0], 1e-12);
        Assert.Equal(4 * inside.EpistemicVariance[0][0], prediction.EpistemicVariance[0][0], 1e-12);

        // A density is one over the units: p(y) = p(z) / factor.
        Assert.Equal(inside.LogDensity([[0.5], [1.0]])[0] - Math.Log(2), prediction.LogDensity([[8.0], [9.0]])[0], 1e-12);
        var (band, own) = (scale.InUnits(inside.CentralInterval(0.8)), prediction.CentralInterval(0.8));
        Rounding.AssertSame(own.Lower, band.Lower);
        Rounding.AssertSame(own.Upper, band.Upper);
        Assert.Throws<ArgumentException>(() => prediction.Rescaled([0], [1]));
        Assert.Throws<ArgumentException>(() => prediction.Rescaled([1, 2], [1, 2]));
    }

    [Fact]
    public void MissingCellsAreNamed()
    {
        using var scope = NewDisposeScope();
        using var train = Table([1, double.NaN, 3, 14, double.PositiveInfinity, 2], 2, [5, 9, 1]);
        var message = Assert.Throws<ArgumentException>(() => Standardize.Fit(train, new() { Columns = ["age", "weight"] })).Message;
        Assert.Contains("2 cells: row 0, column 'weight'; row 2, column 'age'", message);
        using var targets = Table([1, 2, 3, 4], 2, [5, double.PositiveInfinity]);
        Assert.Contains("targets hold infinite numbers in 1 cell: row 1, column 0",
            Assert.Throws<ArgumentException>(() => Standardize.Fit(targets)).Message);
        using var whole = Table([1, 2, 3, 4], 2, [5, 6]);
        var scale = Standardize.Fit(whole);
        var bad = tensor(new[] { 1, double.NaN }, [1, 2]);
        Assert.Contains("row 0, column 1", Assert.Throws<ArgumentException>(() => scale.Inputs(bad)).Message);
        Assert.Contains("3 columns, and 2", Assert.Throws<ArgumentException>(() => scale.Inputs(zeros(1, 3))).Message);
    }

    /// <summary>It refused them, though a likelihood that ignores NaN learns from the others.</summary>
    [Fact]
    public void TargetsThatAreMissingStayMissing()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 1, 2, 3, 4 }, [4, 1]);
        using var train = new TensorDataSet(x, tensor([1, double.NaN, 3, 10, double.NaN, 20, double.NaN, double.NaN], [4, 2]));
        var scale = Standardize.Fit(train, new() { Dtype = ScalarType.Float64 });
        Assert.Equal([2.0, 15], scale.TargetMeans);
        Assert.Equal([1.0, 5], scale.TargetDeviations);
        using var standardized = scale.Apply(train);
        Assert.Equal([-1, double.NaN, 1, -1, double.NaN, 1, double.NaN, double.NaN], standardized.Targets.data<double>());

        using var empty = new TensorDataSet(x.clone(), tensor([1, double.NaN, 3, double.NaN, 4, double.NaN, 5, double.NaN], [4, 2]));
        Assert.Contains("Column 1 of the targets has no number", Assert.Throws<ArgumentException>(() => Standardize.Fit(empty)).Message);

        // Yes and no beside gaps stay what they are, as without gaps.
        using var yes = new TensorDataSet(x.clone(), tensor(new[] { 0, 1, double.NaN, 1 }));
        Assert.Empty(Standardize.Fit(yes).TargetMeans);
    }

    [Fact]
    public void WhatIsNoTableSaysWhatToDo()
    {
        using var windows = new TensorDataSet(randn(4, 3, 2), randn(4));
        Assert.Contains(
            "sequences and images", Assert.Throws<ArgumentException>(() => Standardize.Fit(windows)).Message);
    }

    [Fact]
    public void ConstantColumnsAreNamedOrBecomeZero()
    {
        using var scope = NewDisposeScope();
        using var train = Table([1, 0.998, 3, 0.998], 2, [5, 9]);
        Assert.Contains("Column 'pressure' of the inputs has one value in all 2 rows",
            Assert.Throws<ArgumentException>(() => Standardize.Fit(train, new() { Columns = ["speed", "pressure"] })).Message);
        using var standardized = Standardize.Fit(train, new() { AllowConstant = true, Dtype = ScalarType.Float64 }).Apply(train);
        Assert.Equal([-1.0, 0, 1, 0], standardized.Inputs.data<double>());
        using var flat = Table([1, 2, 3, 4], 2, [5, 5]);
        Assert.Contains("nothing to learn",
            Assert.Throws<ArgumentException>(() => Standardize.Fit(flat, new() { AllowConstant = true })).Message);
        Assert.Contains(
            "names 1 columns", Assert.Throws<ArgumentException>(() => Standardize.Fit(flat, new() { Columns = ["one"] })).Message);
    }

    /// <summary>0.1 + 0.2 is not 0.3 in double precision, and the difference is no deviation.</summary>
    [Fact]
    public void AColumnThatIsConstantUpToRoundingIsConstant()
    {
        using var scope = NewDisposeScope();
        using var train = Table([1, 0.1 + 0.2, 2, 0.3, 4, 0.3], 2, [5, 9, 7]);
        Assert.Contains("Column 1 of the inputs has one value", Assert.Throws<ArgumentException>(() => Standardize.Fit(train)).Message);
        Assert.Equal(1, Standardize.Fit(train, new() { AllowConstant = true }).InputDeviations[1]);
    }

    /// <summary>What no training row was like is not hidden: it stands where it lies, in the unit of the column.</summary>
    [Fact]
    public void AnotherValueInAConstantColumnIsSeen()
    {
        using var scope = NewDisposeScope();
        using var train = Table([1, 7, 3, 7], 2, [5, 9]);
        var asked = Standardize.Fit(train, new() { AllowConstant = true }).Inputs(tensor(new[] { 2.0, 1000 }, [1, 2]));
        Assert.Equal([0f, 993], asked.data<float>().ToArray());
    }

    [Theory]
    [InlineData(1e-170, 2e-170)]
    [InlineData(1e170, -1e170)]
    public void NumbersThatCannotBeSquaredAreNamed(double one, double other)
    {
        using var scope = NewDisposeScope();
        using var inputs = Table([1, one, 3, other], 2, [5, 9]);
        Assert.Contains("Column 1 of the inputs: the numbers are so small or large",
            Assert.Throws<ArgumentException>(() => Standardize.Fit(inputs, new() { AllowConstant = true })).Message);
        using var targets = Table([1, 2, 3, 4], 2, [one, other]);
        Assert.Contains("Column 0 of the targets: the numbers", Assert.Throws<ArgumentException>(() => Standardize.Fit(targets)).Message);
    }

    [Fact]
    public void ACellThatLeavesTheDtypeIsNamed()
    {
        using var scope = NewDisposeScope();
        using var train = Table([1, 10, 3, 14], 2, [5, 9]);
        var far = tensor(new[] { 1.0, 1e60 }, [1, 2]);
        Assert.Contains("too far from the training data for Float32 in 1 cell: row 0, column 1",
            Assert.Throws<ArgumentException>(() => Standardize.Fit(train).Inputs(far)).Message);
    }

    [Fact]
    public void TargetsOfYesAndNoStayAsTheyAreAndCountsSayWhatToDo()
    {
        using var scope = NewDisposeScope();
        using var answers = Table([1, 2, 3, 4, 5, 6], 2, [0, 1, -100]);
        Assert.Equal([0.0, 1, -100], Standardize.Fit(answers).Apply(answers).Targets.data<double>().ToArray());
        using var never = Table([1, 2, 3, 4, 5, 6], 2, [0, 0, 0]);
        Assert.Contains("nothing to learn", Assert.Throws<ArgumentException>(() => Standardize.Fit(never)).Message);
        using var counts = Table([1, 2, 3, 4, 5, 6], 2, [0, 3, 7]);
        using var standardized = Standardize.Fit(counts).Apply(counts);
        var message = Assert.Throws<ArgumentException>(() => Likelihood.Poisson.CheckTargets(standardized.Targets)).Message;
        Assert.Contains("as Standardize leaves targets: set StandardizeOptions.Targets to false", message);
        Assert.DoesNotContain(
            "Standardize", Assert.Throws<ArgumentException>(() => Likelihood.Poisson.CheckTargets(counts.Targets - 1)).Message);
        Likelihood.Poisson.CheckTargets(Standardize.Fit(counts, new() { Targets = false }).Apply(counts).Targets);
    }

    [Fact]
    public void ClassNumbersStayAsTheyAre()
    {
        using var scope = NewDisposeScope();
        using var train = new TensorDataSet(randn(4, 2), tensor(new long[] { 0, 1, 2, 1 }));
        var scale = Standardize.Fit(train);
        using var standardized = scale.Apply(train);
        Assert.Equal([0L, 1, 2, 1], standardized.Targets.data<long>());
        Assert.Empty(scale.TargetMeans);
        Assert.Throws<InvalidOperationException>(() => scale.InUnits(RegressionPrediction.Of(GaussianNoise.Fixed(1), ones(1))));
    }

    [Fact]
    public void SavedAndLoadedItHasTheSameNumbers()
    {
        using var scope = NewDisposeScope();
        using var train = Table([1.0 / 3, 10, 3, 14], 2, [5, 9.1]);
        var scale = Standardize.Fit(train, new() { Columns = ["a", "b"], Dtype = ScalarType.Float64 });
        scale.Save(_file);
        var loaded = Standardize.Load(_file);
        Assert.Equal(scale.InputMeans, loaded.InputMeans);
        Assert.Equal(scale.InputDeviations, loaded.InputDeviations);
        Assert.Equal(scale.TargetMeans, loaded.TargetMeans);
        Assert.Equal(scale.TargetDeviations, loaded.TargetDeviations);
        Assert.Equal(scale.Columns, loaded.Columns);
        Assert.Equal(ScalarType.Float64, loaded.Dtype);
        File.WriteAllText(_file, """{"dtype":"Float32","inputMeans":[1],"inputDeviations":[0],"targetMeans":[],"targetDeviations":[]}""");
        Assert.Contains("deviation above 0", Assert.Throws<System.Text.Json.JsonException>(() => Standardize.Load(_file)).Message);
    }

    private static TensorDataSet Table(double[] inputs, int columns, double[] targets)
    {
        using var scope = NewDisposeScope();
        return new TensorDataSet(
            tensor(inputs, [targets.Length, columns], ScalarType.Float64, CPU), tensor(targets, ScalarType.Float64, device: CPU));
    }
}
