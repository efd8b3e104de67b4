using System.Text.Json;
using System.Text.Json.Serialization;
using BayesGen.Prediction;

namespace BayesGen.Tables;

/// <summary>A scale as JSON, with all digits: what a network was trained on and what it is asked have to be the same numbers.</summary>
internal sealed class StandardizeJson : JsonConverter<Standardize>
{
    public override void Write(Utf8JsonWriter writer, Standardize value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value.Columns is { } columns)
        {
            writer.WriteStartArray("columns");
            foreach (var column in columns)
                writer.WriteStringValue(column);
            writer.WriteEndArray();
        }

        writer.WriteString("dtype", value.Dtype.ToString());
        writer.PutExact("inputMeans", value.InputMeans);
        writer.PutExact("inputDeviations", value.InputDeviations);
        writer.PutExact("targetMeans", value.TargetMeans);
        writer.PutExact("targetDeviations", value.TargetDeviations);
        writer.WriteEndObject();
    }

    public override Standardize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNumbers.Read(ref reader, "scale of a table", root =>
        {
            var inputs = Scale(root, "input") ?? throw new FormatException("there is at least one column of inputs");
            List<string>? columns = root.TryGetProperty("columns", out var names)
                ? [.. names.EnumerateArray().Select(name => name.GetString() ?? "")]
                : null;
            if (columns is not null && columns.Count != inputs.Columns)
                throw new FormatException($"{columns.Count} names stand for {inputs.Columns} columns");
            return Enum.TryParse<ScalarType>(root.Field("dtype").GetString(), out var dtype) && Enum.IsDefined(dtype)
                ? new Standardize(inputs, Scale(root, "target"), columns, dtype)
                : throw new FormatException("dtype names none that Torch has");
        });

    private static ColumnScale? Scale(JsonElement root, string of)
    {
        var means = JsonNumbers.Numbers(root.Field(of + "Means"));
        var deviations = JsonNumbers.Numbers(root.Field(of + "Deviations"));
        if (means.Length != deviations.Length || !means.All(double.IsFinite)
            || !deviations.All(number => number > 0 && double.IsFinite(number)))
            throw new FormatException($"every column of {of}s has a finite mean and a deviation above 0");
        return means.Length == 0 ? null : new ColumnScale(means, deviations);
    }
}
