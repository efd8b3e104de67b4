using System.Text.Json;
using System.Text.Json.Serialization;
using BayesGen.Prediction;

namespace BayesGen.Conformal;

/// <summary>Sets as JSON: what they promise, and one object for each example.</summary>
internal sealed class PredictionSetsJson : JsonConverter<PredictionSets>
{
    public override void Write(Utf8JsonWriter writer, PredictionSets value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.Put("coverage", value.Coverage);
        writer.WriteNumber("classes", value.Classes);
        writer.WriteStartArray("examples");
        foreach (var set in value.Sets)
        {
            writer.WriteStartObject();
            writer.Put("set", set.Select(c => (double)c));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public override PredictionSets Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNumbers.Read(ref reader, "list of prediction sets", root =>
        {
            var classes = root.Field("classes").GetInt32();
            List<int[]> sets = [.. root.Field("examples").EnumerateArray()
                .Select(example => example.Field("set").EnumerateArray().Select(c => c.GetInt32()).ToArray())];
            for (var i = 0; i < sets.Count; i++)
                if (sets[i].Distinct().Count() != sets[i].Length || sets[i].Any(c => c < 0 || c >= classes))
                    throw new FormatException($"the set of example {i} holds some of the {classes} classes, each once");
            return new PredictionSets(JsonNumbers.Number(root.Field("coverage")), classes, sets);
        });
}
