using BayesGen.Baselines;
using BayesGen.DataViews;
using BayesGen.Tables;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.DataViews;

/// <summary>Tables of ML.NET become data sets, or a sentence says which column cannot.</summary>
public sealed class DataViewTableTests
{
    private static readonly VectorDataViewType Pair = new(NumberDataViewType.Single, 2);
    private static readonly RowsView Empty = new RowsView()
        .With("x", NumberDataViewType.Single, Array.Empty<float>())
        .With("y", NumberDataViewType.Single, Array.Empty<float>());

    private static VBuffer<float> Vector(params float[] values) => new(values.Length, values);

    private static RowsView Mixed() => new RowsView()
        .With("rooms", NumberDataViewType.Int32, [3, 4])
        .With("garden", BooleanDataViewType.Instance, [true, false])
        .With("place", Pair, [Vector(0.5f, 1.5f), Vector(2.5f, 3.5f)], "SlotNames", "east", "")
        .With("price", NumberDataViewType.Double, [240.5, 330.25]);

    [Fact]
    public void NumbersTruthValuesAndVectorsStandSideBySide()
    {
        using var table = DataViewTable.Read(Mixed(), "price");

        Assert.Equal(["rooms", "garden", "place.east", "place[1]"], table.Columns);
        Assert.Empty(table.Classes);
        Assert.Equal((ScalarType.Float32, ScalarType.Float32), (table.Data.Inputs.dtype, table.Data.Targets.dtype));
        Assert.Equal([2, 4], table.Data.Inputs.shape);
        Assert.Equal([2, 1], table.Data.Targets.shape);
        Assert.Equal([3, 1, 0.5f, 1.5f, 4, 0, 2.5f, 3.5f], table.Data.Inputs.data<float>().ToArray());
        Assert.Equal([240.5f, 330.25f], table.Data.Targets.data<float>().ToArray());
    }

    [Fact]
    public void InputsComeInTheOrderInWhichTheyAreNamed()
    {
        using var table = DataViewTable.Read(
            Mixed(), "place", new DataViewOptions { Inputs = ["price", "rooms"], Dtype = ScalarType.Float64 });

        Assert.Equal(["price", "rooms"], table.Columns);
        Assert.Equal([240.5, 3, 330.25, 4], table.Data.Inputs.data<double>().ToArray());
        Assert.Equal([2, 2], table.Data.Targets.shape);
        Assert.Equal([0.5, 1.5, 2.5, 3.5], table.Data.Targets.data<double>().ToArray());
    }

    [Fact]
    public void AKeyIsAClassWithAName()
    {
        var view = Mixed().With("kind", new KeyDataViewType(typeof(uint), 3), [3u, 1u], "KeyValues", "flat", "house", "castle");
        using var table = DataViewTable.Read(view, "kind", new DataViewOptions { Inputs = ["rooms"] });

        Assert.Equal(ScalarType.Int64, table.Data.Targets.dtype);
        Assert.Equal([2L, 0L], table.Data.Targets.data<long>().ToArray());
        Assert.Equal(["flat", "house", "castle"], table.Classes);
    }

    [Fact]
    public void ATruthValueIsYesOrNo()
    {
        using var table = DataViewTable.Read(Mixed(), "garden", new DataViewOptions { Inputs = ["rooms"] });
        Assert.Equal([2, 1], table.Data.Targets.shape);
        Assert.Equal([1f, 0f], table.Data.Targets.data<float>().ToArray());
    }

    [Fact]
    public void EveryTypeOfNumberIsRead()
    {
        var view = new RowsView()
            .With("a", NumberDataViewType.SByte, [(sbyte)-1])
            .With("b", NumberDataViewType.Byte, [(byte)2])
            .With("c", NumberDataViewType.Int16, [(short)-3])
            .With("d", NumberDataViewType.UInt16, [(ushort)4])
            .With("e", NumberDataViewType.UInt32, [5u])
            .With("f", NumberDataViewType.Int64, [-6L])
            .With("g", NumberDataViewType.UInt64, [7ul])
            .With("h", NumberDataViewType.Single, [8.5f])
            .With("y", NumberDataViewType.Single, [0f]);
        using var table = DataViewTable.Read(view, "y");
        Assert.Equal([-1, 2, -3, 4, 5, -6, 7, 8.5f], table.Data.Inputs.data<float>().ToArray());
    }

    /// <summary>A column that a later one of its name hides is no input.</summary>
    [Fact]
    public void HiddenColumnsAreLeftOut()
    {
        var view = new RowsView()
            .With("x", TextDataViewType.Instance, ["a".AsMemory()])
            .With("x", NumberDataViewType.Single, [1f])
            .With("y", NumberDataViewType.Single, [2f]);
        using var table = DataViewTable.Read(view, "y");
        Assert.Equal(["x"], table.Columns);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "missing", "The data view has no column 'color'. It has: rooms, garden, place, price." },
        { "text", "Column 'town' is of type String, and a network takes numbers: encode it" },
        { "key", "Column 'kind' is of type Key<UInt32, 0-2>, and a network takes numbers" },
        { "lengths", "Column 'words' holds vectors of different lengths" },
        { "NaN", "Row 1 (from 0), column 'age': the value is NaN." },
        { "infinite", "Row 0 (from 0), column 'both[1]': the value is Infinity." },
        { "classless", "Row 1 (from 0): the target 'kind' has no class." },
        { "target", "'price' is the target, and cannot be an input as well" },
        { "twice", "DataViewOptions.Inputs names 'rooms' 2 times." },
        { "none", "DataViewOptions.Inputs names no column." },
        { "alone", "The data view has no column beside the target 'y'." },
        { "empty", "The data view has no rows." },
        { "dtype", "DataViewOptions.Dtype is Float32 or Float64, not Int64." },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void WhatCannotBeLearnedIsNamed(string what, string message)
    {
        var kinds = new KeyDataViewType(typeof(uint), 3);
        var words = new VectorDataViewType(NumberDataViewType.Single);
        Action read = what switch
        {
            "missing" => () => DataViewTable.Read(Mixed(), "color"),
            "text" => () => DataViewTable.Read(Mixed().With("town", TextDataViewType.Instance, ["a".AsMemory(), "b".AsMemory()]), "price"),
            "key" => () => DataViewTable.Read(Mixed().With("kind", kinds, [1u, 2u]), "price"),
            "lengths" => () => DataViewTable.Read(Mixed().With("words", words, [Vector(1), Vector(1, 2)]), "price"),
            "NaN" => () => DataViewTable.Read(Mixed().With("age", NumberDataViewType.Single, [1f, float.NaN]), "price"),
            "infinite" => () => DataViewTable.Read(Mixed().With("both", Pair, [Vector(1, float.PositiveInfinity), Vector(1, 2)]), "price"),
            "classless" => () => DataViewTable.Read(Mixed().With("kind", kinds, [1u, 0u]), "kind"),
            "target" => () => DataViewTable.Read(Mixed(), "price", new DataViewOptions { Inputs = ["rooms", "price"] }),
            "twice" => () => DataViewTable.Read(Mixed(), "price", new DataViewOptions { Inputs = ["rooms", "rooms"] }),
            "none" => () => DataViewTable.Read(Mixed(), "price", new DataViewOptions { Inputs = [] }),
            "alone" => () => DataViewTable.Read(new RowsView().With("y", NumberDataViewType.Single, [1f]), "y"),
            "empty" => () => DataViewTable.Read(Empty, "y"),
            _ => () => DataViewTable.Read(Mixed(), "price", new DataViewOptions { Dtype = ScalarType.Int64 }),
        };
        Assert.Contains(message, Assert.Throws<ArgumentException>(read).Message);
    }

    [Fact]
    public void AGapInACsvFileOfADataFrameIsNamed()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Root, "gap.csv");
        File.WriteAllLines(file, ["a,b,y", "1,2,3", "4,,6", "7,8,9"]);
        Assert.Contains(
            "Row 1 (from 0), column 'b': the value is NaN.",
            Assert.Throws<ArgumentException>(() => DataViewTable.Read(DataFrame.LoadCsv(file), "y")).Message);
    }

    /// <summary>The reader of a data frame gives false, or 0, for a cell that is empty.</summary>
    [Theory]
    [InlineData("a,ill\n1,true\n2,\n2,false", "Row 1 (from 0), column 'ill': the cell is empty.")]
    [InlineData("a,b,ill\n1,true,true\n2,false,true\n2,,false", "Row 2 (from 0), column 'b': the cell is empty.")]
    public void AnEmptyTruthValueOfADataFrameIsNamed(string csv, string message)
    {
        var frame = DataFrame.LoadCsvFromString(csv);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => DataViewTable.Read(frame, "ill")).Message);
        // A column that is not taken may have gaps.
        if (csv.Contains('b'))
            DataViewTable.Read(frame, "ill", new DataViewOptions { Inputs = ["a"] }).Dispose();
    }

    [Fact]
    public void AnEmptyWholeNumberOfADataFrameIsNamed()
    {
        var frame = new DataFrame(new Int32DataFrameColumn("n", [1, null, 3]), new SingleDataFrameColumn("y", [1f, 2f, 3f]));
        Assert.Contains(
            "Row 1 (from 0), column 'n': the cell is empty.",
            Assert.Throws<ArgumentException>(() => DataViewTable.Read(frame, "y")).Message);
    }

    /// <summary>It became infinite on its way into the tensor.</summary>
    [Fact]
    public void ANumberTooLargeForTheDtypeIsNamed()
    {
        var view = new RowsView().With("x", NumberDataViewType.Double, [1.0, 1e300]).With("y", NumberDataViewType.Single, [1f, 2f]);
        Assert.Contains(
            "Row 1 (from 0), column 'x': the value is 1E+300, too large for Float32. Set DataViewOptions.Dtype to Float64.",
            Assert.Throws<ArgumentException>(() => DataViewTable.Read(view, "y")).Message);
        using var wide = DataViewTable.Read(view, "y", new DataViewOptions { Dtype = ScalarType.Float64 });
        Assert.Equal([1.0, 1e300], wide.Data.Inputs.data<double>().ToArray());
    }

    /// <summary>A scale would make -1 and 1 of it.</summary>
    [Fact]
    public void ATruthValueIsNotStandardized()
    {
        using var table = DataViewTable.Read(Mixed(), "garden", new DataViewOptions { Inputs = ["rooms"] });
        using var standardized = Standardize.Fit(table.Data).Apply(table.Data);
        Assert.Equal([1f, 0f], standardized.Targets.data<float>().ToArray());
        Likelihood.Bernoulli().CheckTargets(standardized.Targets);
    }

    /// <summary>From a CSV file to predictions in its units: y = 3 a - 2 b + 5, without noise.</summary>
    [Fact]
    public void ACsvFileOfADataFrameIsLearned()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Root, "rows.csv");
        File.WriteAllLines(file, [
            "a,b,y",
            .. Enumerable.Range(0, 200).Select(i => (A: i % 20, B: i / 20)).Select(row => $"{row.A},{row.B},{3 * row.A - 2 * row.B + 5}"),
        ]);
        using var table = DataViewTable.Read(DataFrame.LoadCsv(file), "y");
        Assert.Equal(["a", "b"], table.Columns);
        Assert.Equal(200, table.Data.Count);

        var scale = Standardize.Fit(table.Data, new StandardizeOptions { Columns = table.Columns });
        using var train = scale.Apply(table.Data);
        manual_seed(1);
        using var model = new DeterministicModel<TorchSharp.Modules.Linear>(Linear(2, 1));
        using (var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 60, FitLoss = FitLoss.Gaussian(0.1), LearningRate = 0.02 }))
            trainer.Train(train);

        using var asked = tensor([10f, 4f], [1, 2]);
        var answer = scale.InUnits(model.Predict(scale.Inputs(asked), GaussianNoise.Fixed(0.1)));
        Assert.Equal(27, answer.Mean[0][0], 0.1);
    }
}
