using System.Buffers;
using System.Text;
using System.Text.Json;

namespace BayesGen.Reporting;

/// <summary>
/// One JSON object per line (JSON Lines): <c>start</c>, then one <c>epoch</c> for each epoch, then <c>finish</c>, and <c>notice</c>
/// wherever there is one, told apart by the property <c>event</c>. Each line is flushed, so that a file is readable while the training runs
/// and after it was killed.
/// </summary>
/// <remarks>
/// Names are those of the results in snake case; durations are seconds. JSON has no number for what is not finite: such values are the
/// strings <c>"NaN"</c>, <c>"Infinity"</c> and <c>"-Infinity"</c>.
/// </remarks>
public sealed class JsonLinesReport : IReport, IDisposable
{
    private readonly TextWriter _writer;
    private readonly bool _owns;

    /// <summary>Writes to a writer that stays yours.</summary>
    /// <param name="writer">Where the lines go.</param>
    public JsonLinesReport(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
    }

    /// <summary>Writes to a file, which is closed by <see cref="Dispose"/>.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="append">Whether lines are added to a file that is there; otherwise it is replaced.</param>
    public JsonLinesReport(string path, bool append = false)
    {
        var isCut = append && LineEnd.IsMissing(path);
        _writer = new StreamWriter(path, append, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        if (isCut)
            _writer.WriteLine();
        _owns = true;
    }

    /// <summary>Whether steps are told too, as <c>step</c>; off unless told otherwise.</summary>
    public bool Steps { get; init; }

    /// <inheritdoc/>
    public bool NeedsSteps => Steps;

    /// <inheritdoc/>
    public void OnStart(TrainingInfo info) => Line("start", json =>
    {
        json.WriteNumber("epochs", info.Epochs);
        if (info.Examples is { } examples)
            json.WriteNumber("examples", examples);
        else
            json.WriteNull("examples");
        json.WriteNumber("bayesian_weights", info.BayesianWeights);
        json.WriteNumber("all_weights", info.AllWeights);
        json.WriteString("loss", info.Loss);
    });

    /// <inheritdoc/>
    public void OnStep(StepResult step)
    {
        if (Steps)
            Line("step", json =>
            {
                json.WriteNumber("epoch", step.Epoch);
                json.WriteNumber("step", step.Step);
                json.WriteNumber("global_step", step.GlobalStep);
                json.WriteNumber("examples", step.Examples);
                Number(json, "total", step.Total);
                Number(json, "fit", step.Fit);
                Number(json, "divergence", step.Divergence);
                Number(json, "beta", step.Beta);
                Metrics(json, step.Metrics);
            });
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochResult epoch) => Line("epoch", json =>
    {
        json.WriteNumber("epoch", epoch.Epoch);
        json.WriteNumber("epochs", epoch.Epochs);
        Number(json, "total", epoch.Total);
        Number(json, "fit", epoch.Fit);
        Number(json, "divergence", epoch.Divergence);
        Number(json, "elbo", epoch.Elbo);
        Number(json, "beta", epoch.Beta);
        Number(json, "learning_rate", epoch.LearningRate);
        Metrics(json, epoch.Metrics);
        if (epoch.Validation is { } validation)
        {
            json.WriteStartObject("validation");
            json.WriteNumber("examples", validation.Examples);
            Number(json, "total", validation.Total);
            Number(json, "fit", validation.Fit);
            Number(json, "divergence", validation.Divergence);
            Number(json, "elbo", validation.Elbo);
            Metrics(json, validation.Metrics);
            json.WriteNumber("kept", validation.Pruning.Kept);
            json.WriteNumber("bayesian_weights", validation.Pruning.BayesianWeights);
            json.WriteEndObject();
        }

        Number(json, "seconds", epoch.Duration.TotalSeconds);
    });

    /// <inheritdoc/>
    public void OnNotice(string notice) => Line("notice", json => json.WriteString("text", notice));

    /// <inheritdoc/>
    public void OnFinish(TrainingResult training) => Line("finish", json =>
    {
        json.WriteNumber("epochs", training.Epochs.Count);
        Number(json, "seconds", training.Duration.TotalSeconds);
    });

    /// <summary>Closes the file that the report opened; a writer that it was given stays open.</summary>
    public void Dispose()
    {
        if (_owns)
            _writer.Dispose();
    }

    private void Line(string name, Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("event", name);
            content(json);
            json.WriteEndObject();
        }

        // The whole line at once: another writer on the same stream cannot come between its parts.
        _writer.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
        _writer.Flush();
    }

    private static void Metrics(Utf8JsonWriter json, IReadOnlyDictionary<string, double> metrics)
    {
        json.WriteStartObject("metrics");
        foreach (var (name, value) in metrics)
            Number(json, name, value);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteString(name, double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }
}
