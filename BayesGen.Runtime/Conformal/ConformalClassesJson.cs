using System.Text.Json;
using System.Text.Json.Serialization;
using BayesGen.Prediction;

namespace BayesGen.Conformal;

/// <summary>A calibration of sets as JSON: how the sets are made, and the thresholds with all of their digits.</summary>
internal sealed class ConformalClassesJson : JsonConverter<ConformalClasses>
{
    public override void Write(Utf8JsonWriter writer, ConformalClasses value, JsonSerializerOptions options)
    {
        var how = value.Options;
        writer.WriteStartObject();
        writer.WriteString("method", how.Method.ToString());
        writer.PutExact("coverage", how.Coverage);
        writer.WriteNumber("classes", value.Classes);
        writer.WriteBoolean("perClass", how.PerClass);
        writer.WriteBoolean("randomized", how.Randomized);
        writer.WriteNumber("seed", how.Seed);
        writer.WriteBoolean("allowEmpty", how.AllowEmpty);
        writer.PutExact("penalty", how.Penalty);
        writer.WriteNumber("freeRank", how.FreeRank);
        writer.WriteBoolean("allowUnbounded", how.AllowUnbounded);
        writer.PutExact("thresholds", value.Thresholds);
        writer.PutExact("examples", value.Examples.Select(count => (double)count));
        writer.WriteEndObject();
    }

    public override ConformalClasses Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNumbers.Read(ref reader, "calibration of sets", root =>
        {
            var how = new ConformalSetOptions
            {
                Method = Enum.Parse<SetMethod>(root.GetProperty("method").GetString()!),
                Coverage = JsonNumbers.Number(root.GetProperty("coverage")),
                PerClass = root.GetProperty("perClass").GetBoolean(),
                Randomized = root.GetProperty("randomized").GetBoolean(),
                Seed = root.GetProperty("seed").GetInt64(),
                AllowEmpty = root.GetProperty("allowEmpty").GetBoolean(),
                Penalty = JsonNumbers.Number(root.GetProperty("penalty")),
                FreeRank = root.GetProperty("freeRank").GetInt32(),
                AllowUnbounded = root.GetProperty("allowUnbounded").GetBoolean(),
            }.Checked();
            var classes = root.GetProperty("classes").GetInt32();
            var thresholds = JsonNumbers.Numbers(root.GetProperty("thresholds"));
            int[] examples = [.. root.GetProperty("examples").EnumerateArray().Select(count => count.GetInt32())];
            var expected = how.PerClass ? classes : 1;
            if (classes < 2 || thresholds.Length != expected || examples.Length != expected
                || thresholds.Any(JsonNumbers.IsNoThreshold) || examples.Any(count => count < 0))
                throw new FormatException($"there are {expected} thresholds and numbers of examples for {classes} classes");
            return new ConformalClasses(how, classes, thresholds, examples);
        });
}
