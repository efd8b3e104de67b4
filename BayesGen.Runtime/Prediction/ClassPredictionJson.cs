using System.Text.Json;
using System.Text.Json.Serialization;

namespace BayesGen.Prediction;

/// <summary>A prediction of classes as JSON: the number of samples, and one object for each example.</summary>
internal sealed class ClassPredictionJson : JsonConverter<ClassPrediction>
{
    public override void Write(Utf8JsonWriter writer, ClassPrediction value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("samples", value.Samples);
        if (value.Places > 1)
            writer.WriteNumber("places", value.Places);
        writer.WriteStartArray("examples");
        for (var i = 0; i < value.Count; i++)
        {
            writer.WriteStartObject();
            if (value.KnownRows is { } rows)
                writer.Put(rows[i]);
            writer.WriteNumber("class", value.Classes[i]);
            writer.Put("confidence", value.Confidence[i]);
            writer.Put("entropy", value.Entropy[i]);
            writer.Put("expectedEntropy", value.ExpectedEntropy[i]);
            writer.Put("mutualInformation", value.MutualInformation[i]);
            writer.Put("probabilities", value.Probabilities[i]);
            if (value.Outputs is { } outputs)
                writer.Put("outputs", outputs.Select(draw => draw[i]));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public override ClassPrediction Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNumbers.Read(ref reader, "prediction of classes", root =>
        {
            var samples = root.Field("samples").GetInt32();
            List<JsonElement> examples = [.. root.Field("examples").EnumerateArray()];
            List<double[]> probabilities = [.. examples.Select(example => JsonNumbers.Numbers(example.Field("probabilities")))];
            List<int> classes = [.. examples.Select(example => example.Field("class").GetInt32())];
            for (var i = 0; i < classes.Count; i++)
                if (classes[i] < 0 || classes[i] >= probabilities[i].Length || probabilities[i][classes[i]] != probabilities[i].Max())
                    throw new FormatException($"class {classes[i]} is not the most probable one of example {i}");
            List<double[][]> outputs = [.. examples
                .Where(example => example.TryGetProperty("outputs", out _))
                .Select(example => JsonNumbers.Rows(example.Field("outputs")))];
            if (outputs.Count > 0 && (outputs.Count != examples.Count || outputs.Any(draws => draws.Length != samples)))
                throw new FormatException("every example has outputs of every draw, or none has");
            return new ClassPrediction(
                samples,
                probabilities,
                Column("entropy"),
                Column("expectedEntropy"),
                outputs.Count == 0 ? null : [.. Enumerable.Range(0, samples).Select(
                    IReadOnlyList<double[]> (draw) => [.. outputs.Select(draws => draws[draw])])],
                (classes, Column("mutualInformation")))
            {
                KnownRows = JsonNumbers.Rows(examples),
                Places = root.TryGetProperty("places", out var places) ? places.GetInt32() : 1,
            };

            List<double> Column(string name) => [.. examples.Select(example => JsonNumbers.Number(example.Field(name)))];
        });
}
