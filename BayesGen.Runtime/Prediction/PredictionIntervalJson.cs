using System.Text.Json;
using System.Text.Json.Serialization;

namespace BayesGen.Prediction;

/// <summary>Intervals as JSON: their level, and one object for each example. An end may be infinite.</summary>
internal sealed class PredictionIntervalJson : JsonConverter<PredictionInterval>
{
    public override void Write(Utf8JsonWriter writer, PredictionInterval value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.PutExact("level", value.Level);
        writer.WriteStartArray("examples");
        for (var i = 0; i < value.Lower.Count; i++)
        {
            writer.WriteStartObject();
            writer.PutExact("lower", value.Lower[i]);
            writer.PutExact("upper", value.Upper[i]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public override PredictionInterval Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNumbers.Read(ref reader, "list of intervals", root =>
        {
            var level = JsonNumbers.Number(root.Field("level"));
            List<JsonElement> examples = [.. root.Field("examples").EnumerateArray()];
            List<double[]> lower = [.. examples.Select(example => JsonNumbers.Numbers(example.Field("lower")))];
            List<double[]> upper = [.. examples.Select(example => JsonNumbers.Numbers(example.Field("upper")))];
            for (var i = 0; i < lower.Count; i++)
                if (lower[i].Length != upper[i].Length || !lower[i].Zip(upper[i]).All(ends => ends.First <= ends.Second))
                    throw new FormatException($"every output of example {i} has a lower end that is at most its upper end");
            return new PredictionInterval(level, lower, upper);
        });
}
