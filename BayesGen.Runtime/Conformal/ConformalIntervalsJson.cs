using System.Text.Json;
using System.Text.Json.Serialization;
using BayesGen.Prediction;

namespace BayesGen.Conformal;

/// <summary>A calibration of intervals as JSON: how they are made, and the thresholds with all of their digits.</summary>
internal sealed class ConformalIntervalsJson : JsonConverter<ConformalIntervals>
{
    public override void Write(Utf8JsonWriter writer, ConformalIntervals value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("method", value.Options.Method.ToString());
        writer.PutExact("coverage", value.Options.Coverage);
        writer.WriteBoolean("allowUnbounded", value.Options.AllowUnbounded);
        writer.PutExact("thresholds", value.Thresholds);
        writer.PutExact("examples", value.Examples.Select(count => (double)count));
        writer.WriteEndObject();
    }

    public override ConformalIntervals Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNumbers.Read(ref reader, "calibration of intervals", root =>
        {
            var how = new ConformalIntervalOptions
            {
                Method = Enum.Parse<IntervalMethod>(root.Field("method").GetString()!),
                Coverage = JsonNumbers.Number(root.Field("coverage")),
                AllowUnbounded = root.Field("allowUnbounded").GetBoolean(),
            }.Checked();
            var thresholds = JsonNumbers.Numbers(root.Field("thresholds"));
            int[] examples = [.. root.Field("examples").EnumerateArray().Select(count => count.GetInt32())];
            if (thresholds.Length == 0 || examples.Length != thresholds.Length || thresholds.Any(JsonNumbers.IsNoThreshold)
                || examples.Any(count => count < 0))
                throw new FormatException("there is a threshold and a number of examples for each output");
            return new ConformalIntervals(how, thresholds, examples);
        });
}
