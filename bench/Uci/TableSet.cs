using System.Globalization;

namespace BayesGen.Benchmarks.Uci;

/// <summary>A table and its standard splits, as they are published: a folder with data.txt and the rows of each split.</summary>
public sealed class TableSet
{
    private readonly string _folder;
    private readonly double[][] _rows;
    private readonly int[] _features;
    private readonly int _target;

    private TableSet(string folder)
    {
        _folder = folder;
        _rows = [.. File.ReadLines(Path.Combine(folder, "data.txt")).Select(Numbers).Where(row => row.Length > 0)];
        _features = Indices("index_features.txt");
        _target = Indices("index_target.txt")[0];
        var width = Math.Max(_features.Max(), _target);
        if (Array.FindIndex(_rows, row => row.Length <= width) is var short_ and >= 0)
            throw new InvalidDataException(
                $"Row {short_} of '{Path.Combine(folder, "data.txt")}' has {_rows[short_].Length} columns; expected at least {width + 1}.");
    }

    /// <summary>The name of the folder.</summary>
    public string Name => Path.GetFileName(_folder);

    /// <summary>The sets under a folder by name; of a name that none has exactly, those that begin with it.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public static IReadOnlyList<string> Names(string directory, IReadOnlyList<string> wanted)
    {
        if (!Directory.Exists(directory))
            throw new InvalidDataException($"There is no folder '{directory}'.");
        List<string> all = [.. Directory.GetDirectories(directory)
            .Where(folder => File.Exists(Path.Combine(folder, "data.txt")))
            .Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];
        if (all.Count == 0)
            throw new InvalidDataException($"No folder under '{directory}' holds a data.txt: give the folder that holds the sets.");
        return wanted.Count == 0 ? all : [.. wanted.SelectMany(Found).Distinct()];

        IEnumerable<string> Found(string name)
        {
            var exact = all.Contains(name) ? [name] : all.Where(one => one.StartsWith(name, StringComparison.Ordinal)).ToList();
            return exact.Count > 0
                ? exact
                : throw new InvalidDataException($"There is no set '{name}' under '{directory}'. There are: {string.Join(", ", all)}.");
        }
    }

    /// <summary>Reads a set.</summary>
    public static TableSet Read(string directory, string name) => new(Path.Combine(directory, name));

    /// <summary>The number of splits of a set.</summary>
    public static int SplitsOf(string directory, string name)
    {
        var folder = Path.Combine(directory, name);
        var count = 0;
        while (File.Exists(Path.Combine(folder, FormattableString.Invariant($"index_train_{count}.txt"))))
            count++;
        return count > 0 ? count : throw new InvalidDataException($"'{folder}' has no index_train_0.txt.");
    }

    /// <summary>The rows of a split.</summary>
    /// <param name="split">Its number from 0.</param>
    /// <param name="isValidation">Whether a fifth of the training rows takes the place of the test rows.</param>
    public SplitRows Split(int split, bool isValidation)
    {
        var train = Indices(FormattableString.Invariant($"index_train_{split}.txt"));
        var random = new Random(split);
        random.Shuffle(train);
        if (isValidation)
            return new SplitRows(this, train[(train.Length / 5)..], train[..(train.Length / 5)]);
        return new SplitRows(this, train, Indices(FormattableString.Invariant($"index_test_{split}.txt")));
    }

    /// <summary>Rows as tensors, float64, in the units of the table.</summary>
    public BayesGen.Data.TensorDataSet DataOf(int[] rows)
    {
        using var scope = NewDisposeScope();
        return new BayesGen.Data.TensorDataSet(
            tensor([.. rows.SelectMany(row => _features.Select(column => _rows[row][column]))], [rows.Length, _features.Length],
                ScalarType.Float64, CPU),
            tensor([.. rows.Select(row => _rows[row][_target])], [rows.Length, 1], ScalarType.Float64, CPU));
    }

    /// <summary>The targets of rows.</summary>
    public IReadOnlyList<double[]> TargetsOf(int[] rows) => [.. rows.Select(row => new[] { _rows[row][_target] })];

    private int[] Indices(string file) =>
        [.. File.ReadLines(Path.Combine(_folder, file)).SelectMany(Numbers).Select(number => checked((int)number))];

    private static double[] Numbers(string line) =>
    [
        .. line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture)),
    ];
}

/// <summary>The rows of a split, in a random order that its number gives.</summary>
/// <param name="Set">The table.</param>
/// <param name="Train">The rows to learn from.</param>
/// <param name="Test">The rows to judge by.</param>
public sealed record SplitRows(TableSet Set, int[] Train, int[] Test)
{
    /// <summary>
    /// Cuts calibration rows off the training rows, each time others: parts of a fifth, as many as there are. Of 10 k - 1 rows exactly nine
    /// in ten of new ones are covered on average: the guarantee has no slack then.
    /// </summary>
    public IEnumerable<(SplitRows Kept, int[] Calibration)> WithCalibration()
    {
        var count = 10 * Math.Max(2, Train.Length / 50) - 1;
        for (var first = 0; first + count <= Train.Length; first += count)
            yield return (this with { Train = [.. Train[..first], .. Train[(first + count)..]] }, Train[first..(first + count)]);
    }
}
