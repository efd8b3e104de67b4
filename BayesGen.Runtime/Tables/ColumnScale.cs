using BayesGen.Prediction;

namespace BayesGen.Tables;

/// <summary>The mean and the standard deviation of each column of a table.</summary>
/// <param name="Means">The means.</param>
/// <param name="Deviations">The standard deviations, all above 0; 1 of a column that has one value.</param>
internal sealed record ColumnScale(double[] Means, double[] Deviations)
{
    private const int Named = 5;

    /// <summary>A deviation of so many units of rounding of the mean is none, as scikit-learn has it.</summary>
    private const double Rounding = 10 * 2.220446049250313e-16;

    /// <summary>Below this the square of a number begins to lose digits, and with it the deviation.</summary>
    private const double Smallest = 1e-150;

    public int Columns => Means.Length;

    /// <summary>Measures the columns of a matrix by the numbers that are there.</summary>
    /// <param name="matrix">[N, columns], any dtype.</param>
    /// <param name="columns">What it holds.</param>
    /// <param name="allowConstant">Whether a column may have one value.</param>
    /// <exception cref="ArgumentException">
    /// A cell is infinite, or NaN among inputs; or a column has no number, one value, or no deviation by over- or underflow; it is named.
    /// </exception>
    public static ColumnScale Of(Tensor matrix, TableColumns columns, bool allowConstant)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var numbers = Numbers(matrix, columns);
        if (numbers.isnan().any().item<bool>())
            return OfKnown(numbers, columns, allowConstant);
        var (low, high) = (PlainNumbers.Flat(numbers.amin([0])), PlainNumbers.Flat(numbers.amax([0])));
        var (means, deviations) = (PlainNumbers.Flat(numbers.mean([0])), PlainNumbers.Flat(numbers.std(0, unbiased: false)));
        int[] unmeasured = [.. Enumerable.Range(0, low.Length).Where(column => low[column] != high[column]
            && (Math.Max(-low[column], high[column]) < Smallest || !double.IsFinite(deviations[column])))];
        if (unmeasured.Length > 0)
            throw new ArgumentException(
                $"{Listed(unmeasured, columns)} of the {columns.What}: the numbers are so small or large that their squares leave the range of double "
                + "precision, and no deviation can be measured. Bring them to another unit.");
        int[] constant = [.. Enumerable.Range(0, low.Length).Where(column =>
            low[column] == high[column] || deviations[column] <= Rounding * Math.Abs(means[column]))];
        if (constant.Length > 0 && !allowConstant)
            throw new ArgumentException(
                $"{Listed(constant, columns)} of the {columns.What} {(constant.Length == 1 ? "has" : "have")} one value in all "
                + $"{numbers.shape[0]} rows, "
                + (columns.AreTargets
                    ? "so there is nothing to learn."
                    : $"which says nothing: leave {(constant.Length == 1 ? "it" : "them")} out, or set StandardizeOptions.AllowConstant."));
        foreach (var column in constant)
            (means[column], deviations[column]) = (low[column] == high[column] ? low[column] : means[column], 1);
        return new ColumnScale(means, deviations);
    }

    /// <summary>The same of a matrix some of whose cells are NaN: each column is measured by the others.</summary>
    private static ColumnScale OfKnown(Tensor numbers, TableColumns columns, bool allowConstant)
    {
        Tensor[] known = [.. numbers.unbind(1).Select(column => column.masked_select(column.isnan().logical_not()))];
        int[] empty = [.. Enumerable.Range(0, known.Length).Where(column => known[column].numel() == 0)];
        if (empty.Length > 0)
            throw new ArgumentException(
                $"{Listed(empty, columns)} of the {columns.What} {(empty.Length == 1 ? "has" : "have")} no number in "
                + $"{numbers.shape[0]} rows, so there is nothing to learn.");
        ColumnScale[] scales = [.. known.Select((column, place) =>
            Of(column.unsqueeze(1), columns with { NameOf = _ => columns.NameOf(place) }, allowConstant))];
        return new ColumnScale([.. scales.Select(scale => scale.Means[0])], [.. scales.Select(scale => scale.Deviations[0])]);
    }

    /// <summary>(x - mean) / deviation; NaN among targets stays NaN.</summary>
    /// <param name="matrix">[N, columns].</param>
    /// <param name="columns">What it holds.</param>
    /// <param name="dtype">The dtype of what is returned.</param>
    /// <returns>A new tensor.</returns>
    /// <exception cref="ArgumentException">
    /// A cell is infinite, or becomes so, or is NaN among inputs; or the columns are others.
    /// </exception>
    public Tensor Apply(Tensor matrix, TableColumns columns, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var numbers = Numbers(matrix, columns);
        if (numbers.shape[1] != Columns)
            throw new ArgumentException(
                $"The {columns.What} have {numbers.shape[1]} columns, and {Columns} were standardized: give the columns of the training data, in "
                + "their order.");
        var scaled = (numbers.Subtract(Row(Means, matrix)) / Row(Deviations, matrix)).to(dtype);
        var lost = scaled.isfinite().logical_or(numbers.isnan()).logical_not();
        if (lost.any().item<bool>())
            throw new ArgumentException(
                $"The {columns.What} are too far from the training data for {dtype} in {Cells(lost, columns)}. Rows count from 0. Look at "
                + "what these cells hold.");
        return scaled.MoveToOuterDisposeScope();
    }

    /// <summary>The cells as numbers in double precision.</summary>
    private static Tensor Numbers(Tensor matrix, TableColumns columns)
    {
        if (matrix.dim() != 2 || matrix.numel() == 0)
            throw new ArgumentException(
                $"The {columns.What} have shape [{string.Join(", ", matrix.shape)}]; a table is [rows, columns], at least one of each. "
                + "Bring sequences and images on a scale of their own, such as that of the mean and deviation of all their values.");
        var numbers = matrix.to(ScalarType.Float64);

        // A target that is missing is for the likelihood to say: one that does not ignore NaN refuses it before the training begins.
        var bad = columns.AreTargets ? numbers.isinf() : numbers.isfinite().logical_not();
        if (bad.any().item<bool>())
            throw new ArgumentException(
                $"The {columns.What} hold {(columns.AreTargets ? "infinite" : "NaN or infinite")} numbers in {Cells(bad, columns)}. "
                + "Rows count from 0. Leave these rows out, or fill in what is missing.");
        return numbers;
    }

    /// <summary>How many cells, and the first of them.</summary>
    private static string Cells(Tensor bad, TableColumns columns)
    {
        var places = PlainNumbers.Of(bad.nonzero());
        var cells = places.Take(Named).Select(place => $"row {place[0]}, {columns.NameOf((int)place[1])}");
        return $"{places.Length} cell{(places.Length == 1 ? "" : "s")}: {string.Join("; ", cells)}{(places.Length > Named ? "; ..." : "")}";
    }

    private static string Listed(int[] places, TableColumns columns)
    {
        var names = string.Join(", ", places.Take(Named).Select(columns.NameOf)) + (places.Length > Named ? ", ..." : "");
        return char.ToUpperInvariant(names[0]) + names[1..];
    }

    private static Tensor Row(double[] numbers, Tensor like) => tensor(numbers, ScalarType.Float64, device: like.device);
}
