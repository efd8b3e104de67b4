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
                Method = Enum.Parse<SetMethod>(root.Field("method").GetString()!),
                Coverage = JsonNumbers.Number(root.Field("coverage")),
                PerClass = root.Field("perClass").GetBoolean(),
                Randomized = root.Field("randomized").GetBoolean(),
                Seed = root.Field("seed").GetInt64(),
                AllowEmpty = root.Field("allowEmpty").GetBoolean(),
                Penalty = JsonNumbers.Number(root.Field("penalty")),
                FreeRank = root.Field("freeRank").GetInt32(),
                AllowUnbounded = root.Field("allowUnbounded").GetBoolean(),
            }.Checked();
            var classes = root.Field("classes").GetInt32();
            var thresholds = JsonNumbers.Numbers(root.Field("thresholds"));
            int[] examples = [.. root.Field("examples").EnumerateArray().Select(count => count.GetInt32())];
            var expected = how.PerClass ? classes : 1;
            if (classes < 2 || thresholds.Length != expected || examples.Length != expected
                || thresholds.Any(JsonNumbers.IsNoThreshold) || examples.Any(count => count < 0))
                throw new FormatException($"there are {expected} thresholds and numbers of examples for {classes} classes");
            return new ConformalClasses(how, classes, thresholds, examples);
        });
}
