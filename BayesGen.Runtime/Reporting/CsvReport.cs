using System.Globalization;
using System.Text;

namespace BayesGen.Reporting;

/// <summary>
/// One line of comma-separated values per epoch under a header (RFC 4180): always the same columns in the same order, numbers as in
/// English, as many digits as it takes to read them back exactly. Each line is flushed.
/// </summary>
/// <remarks>
/// The columns are <c>epoch, total, fit, divergence, elbo, beta, learning_rate</c>, the metrics of the first epoch, the same of the
/// validation under <c>validation_</c>, what it kept, and <c>seconds</c>. Without validation its columns are empty.
/// </remarks>
public sealed class CsvReport : IReport, IDisposable
{
    private readonly TextWriter _writer;
    private readonly bool _owns;
    private readonly string? _presentHeader;
    private readonly string _place;
    private IReadOnlyList<string>? _metrics;

    /// <summary>Writes to a writer that stays yours.</summary>
    /// <param name="writer">Where the lines go.</param>
    public CsvReport(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
        _place = "the report";
    }

    /// <summary>Writes to a file, which is closed by <see cref="Dispose"/>.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="append">
    /// Whether lines are added to a file that is there, whose header must be that of this training; otherwise it is replaced.
    /// </param>
    public CsvReport(string path, bool append = false)
    {
        _presentHeader = append && File.Exists(path) ? File.ReadLines(path).FirstOrDefault() : null;
        var isCut = append && LineEnd.IsMissing(path);
        _writer = new StreamWriter(path, append, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        if (isCut)
            _writer.WriteLine();
        _owns = true;
        _place = $"'{path}'";
    }

    /// <inheritdoc/>
    public bool NeedsSteps => false;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The epoch has a metric that the header has no column for.</exception>
    public void OnEpoch(EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (_metrics is null)
            Begin([.. epoch.Metrics.Keys]);
        var unknown = epoch.Metrics.Keys.Concat(epoch.Validation?.Metrics.Keys ?? []).FirstOrDefault(name => !_metrics!.Contains(name));
        if (unknown is not null)
            throw new InvalidOperationException(
                $"The metric '{unknown}' has no column in {_place}: its header was written for {string.Join(", ", _metrics!)}. "
                + "Begin another file for trainings with other metrics.");
        var validation = epoch.Validation;
        Line(
        [
            epoch.Epoch.ToString(CultureInfo.InvariantCulture),
            .. Numbers(epoch.Total, epoch.Fit, epoch.Divergence, epoch.Elbo, epoch.Beta, epoch.LearningRate),
            .. _metrics!.Select(name => Number(epoch.Metrics.TryGetValue(name, out var value) ? value : null)),
            .. Numbers(validation?.Total, validation?.Fit, validation?.Divergence, validation?.Elbo),
            .. _metrics!.Select(
                name => Number(validation is not null && validation.Metrics.TryGetValue(name, out var value) ? value : null)),
            validation?.Pruning.Kept.ToString(CultureInfo.InvariantCulture) ?? "",
            Number(epoch.Duration.TotalSeconds),
        ]);
    }

    /// <summary>Closes the file that the report opened; a writer that it was given stays open.</summary>
    public void Dispose()
    {
        if (_owns)
            _writer.Dispose();
    }

    private void Begin(IReadOnlyList<string> metrics)
    {
        string[] columns =
        [
            "epoch", "total", "fit", "divergence", "elbo", "beta", "learning_rate",
            .. metrics.Select(Inert),
            "validation_total", "validation_fit", "validation_divergence", "validation_elbo",
            .. metrics.Select(name => "validation_" + name),
            "validation_kept", "seconds",
        ];
        if (_presentHeader is null)
            Line(columns);
        else if (_presentHeader != Text(columns))
            throw new InvalidOperationException(
                $"{_place} has the columns {_presentHeader}, and this training has {Text(columns)}. Begin another file.");
        _metrics = metrics;
    }

    private void Line(IEnumerable<string> cells)
    {
        _writer.WriteLine(Text(cells));
        _writer.Flush();
    }

    /// <summary>A spreadsheet takes a name that begins like a formula for one; behind an apostrophe it is text.</summary>
    private static string Inert(string name) => name.Length > 0 && name[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + name : name;

    private static string Text(IEnumerable<string> cells) => string.Join(",", cells.Select(Quoted));

    private static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny("\",\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static IEnumerable<string> Numbers(params double?[] values) => values.Select(Number);

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
