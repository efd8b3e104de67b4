using System.Text.Json.Serialization;
using BayesGen.Data;
using BayesGen.Kernels;
using BayesGen.Likelihoods;
using BayesGen.Prediction;

namespace BayesGen.Tables;

/// <summary>
/// The columns of a table on one scale: inputs and targets less their mean, divided by their standard deviation, as the training data have
/// them; and predictions back in the user's own units. Immutable; safe to share between threads; saved as JSON beside the state file.
/// </summary>
/// <remarks>
/// Fit it to the training rows alone: what it knew of others would leak into the training. Predictions are exact in either unit, since a
/// mixture of Gaussians stays one: means, deviations, quantiles, bands and the samples themselves follow, and densities by log of the
/// factor.
/// </remarks>
/// <example>
/// <code>
/// var scale = Standardize.Fit(train);
/// using var standardized = scale.Apply(train);
/// // ... train on it ...
/// var prediction = scale.InUnits(model.Predict(scale.Inputs(x), GaussianNoise.Learned));
/// </code>
/// </example>
[JsonConverter(typeof(StandardizeJson))]
public sealed class Standardize
{
    internal Standardize(ColumnScale inputs, ColumnScale? targets, IReadOnlyList<string>? columns, ScalarType dtype) =>
        (Of, OfTargets, Columns, Dtype) = (inputs, targets, columns, dtype);

    /// <summary>The dtype of what is standardized.</summary>
    public ScalarType Dtype { get; }

    /// <summary>The names of the input columns, or null.</summary>
    public IReadOnlyList<string>? Columns { get; }

    /// <summary>The mean of each input column.</summary>
    public IReadOnlyList<double> InputMeans => Of.Means;

    /// <summary>The standard deviation of each input column; 1 of one that has one value, which so becomes 0.</summary>
    public IReadOnlyList<double> InputDeviations => Of.Deviations;

    /// <summary>The mean of each target, in the user's units; empty where targets are left as they are.</summary>
    public IReadOnlyList<double> TargetMeans => OfTargets?.Means ?? [];

    /// <summary>The standard deviation of each target, in the user's units; empty where targets are left as they are.</summary>
    public IReadOnlyList<double> TargetDeviations => OfTargets?.Deviations ?? [];

    internal ColumnScale Of { get; }

    internal ColumnScale? OfTargets { get; }

    /// <summary>Measures the columns of the training data.</summary>
    /// <param name="train">
    /// Inputs [N, columns]; targets [N] or [N, D], numbers or class numbers. Targets of a whole dtype are left as they are, and so are
    /// those that hold 0 and 1 alone: they are classes, or yes and no. Counts of a float dtype need
    /// <see cref="StandardizeOptions.Targets"/> to be false. A target that is NaN is missing: it is not measured, and stays NaN.
    /// </param>
    /// <param name="options">Names of columns and more; null is the defaults.</param>
    /// <exception cref="ArgumentException">
    /// A cell is infinite, or NaN among inputs, and row and column are named; a column has one value in all rows up to rounding, or numbers
    /// too large or small to be squared; or inputs are no table.
    /// </exception>
    public static Standardize Fit(TensorDataSet train, StandardizeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        options ??= new StandardizeOptions();
        if (options.Columns is { } columns && train.Inputs.dim() == 2 && columns.Count != train.Inputs.shape[1])
            throw new ArgumentException(
                $"StandardizeOptions.Columns names {columns.Count} columns, and the inputs have {train.Inputs.shape[1]}.", nameof(options));
        var inputs = ColumnScale.Of(train.Inputs, TableColumns.Inputs(options.Columns), options.AllowConstant);
        using var matrix = Matrix(train.Targets);
        var targets = options.Targets && train.Targets.is_floating_point() && !AreYesOrNo(train.Targets)
            ? ColumnScale.Of(matrix, TableColumns.Targets, allowConstant: false)
            : null;
        return new Standardize(inputs, targets, options.Columns is null ? null : [.. options.Columns], options.Dtype);
    }

    /// <summary>Inputs on the scale that the network was trained on.</summary>
    /// <param name="inputs">[N, columns] in the user's units.</param>
    /// <returns>A new tensor of <see cref="Dtype"/>.</returns>
    /// <exception cref="ArgumentException">A cell is NaN or infinite, and row and column are named; or the columns are others.</exception>
    public Tensor Inputs(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Of.Apply(inputs, TableColumns.Inputs(Columns), Dtype);
    }

    /// <summary>Targets on the scale that the network is trained on.</summary>
    /// <param name="targets">[N] or [N, D] in the user's units.</param>
    /// <returns>A new tensor of the same shape, with NaN where it was; a copy where targets are left as they are.</returns>
    /// <exception cref="ArgumentException">A cell is infinite, or the columns are others.</exception>
    public Tensor Targets(Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (OfTargets is not { } scale)
            return targets.clone();
        using var matrix = Matrix(targets);
        using var scaled = scale.Apply(matrix, TableColumns.Targets, Dtype);
        return scaled.reshape(targets.shape);
    }

    /// <summary>A data set on the scale of the training: the training data themselves, validation or test data.</summary>
    /// <param name="data">In the user's units; it stays as it is.</param>
    public TensorDataSet Apply(TensorDataSet data)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var scope = NewDisposeScope();
        return new TensorDataSet(Inputs(data.Inputs), Targets(data.Targets));
    }

    /// <summary>A prediction in the user's own units.</summary>
    /// <param name="prediction">What a network that was trained on this scale says.</param>
    /// <exception cref="InvalidOperationException">Targets were left as they are, so the prediction is in their units already.</exception>
    /// <exception cref="ArgumentException">It has another number of outputs.</exception>
    public RegressionPrediction InUnits(RegressionPrediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var scale = RequireTargets();
        return prediction.Rescaled(scale.Deviations, scale.Means);
    }

    /// <summary>Intervals in the user's own units.</summary>
    /// <param name="interval">Of a network that was trained on this scale.</param>
    public PredictionInterval InUnits(PredictionInterval interval)
    {
        ArgumentNullException.ThrowIfNull(interval);
        var scale = RequireTargets();
        return new PredictionInterval(interval.Level, Ends(interval.Lower), Ends(interval.Upper));

        double[][] Ends(IReadOnlyList<double[]> ends) => [.. ends.Select(row => row.Length == scale.Columns
            ? row.Select((end, d) => scale.Means[d] + scale.Deviations[d] * end).ToArray()
            : throw new ArgumentException(
                $"The intervals have {row.Length} outputs, and {scale.Columns} targets were standardized.", nameof(interval)))];
    }

    /// <summary>
    /// Writes it as JSON, beside the state file of the network that was trained on this scale; a file that exists is replaced.
    /// </summary>
    /// <param name="path">The file.</param>
    public void Save(string path) => JsonFile.Write(path, this);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="System.Text.Json.JsonException">The file holds something else.</exception>
    public static Standardize Load(string path) => JsonFile.Read<Standardize>(path);

    /// <summary>The number of columns and targets.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Of.Columns} columns of inputs and {OfTargets?.Columns ?? 0} of targets on a scale of mean 0 and deviation 1");

    private ColumnScale RequireTargets() => OfTargets ?? throw new InvalidOperationException(
        "The targets were not standardized, so a prediction is in their units already.");

    /// <summary>Whether targets are 0 and 1 alone, both, or say that there is no label: a scale would make them neither.</summary>
    private static bool AreYesOrNo(Tensor targets)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (isNo, isYes) = (targets.eq(TensorNumbers.Zero), targets.eq(TensorNumbers.One));
        var isAnswer = isNo.logical_or(isYes).logical_or(targets.isnan()).logical_or(targets.eq(Operand(Likelihood.UsualIgnoredLabel)));
        return isNo.any().logical_and(isYes.any()).logical_and(isAnswer.all()).item<bool>();
    }

    private static Tensor Matrix(Tensor targets) => targets.dim() == 1 ? targets.unsqueeze(1) : targets.alias();
}
