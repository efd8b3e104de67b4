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
        writer.WriteNumber("examples", value.Examples);
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
            var examples = root.Field("examples").GetInt32();
            if (thresholds.Length == 0 || thresholds.Any(JsonNumbers.IsNoThreshold) || examples < 1)
                throw new FormatException("there is a threshold for each output, and at least one example");
            return new ConformalIntervals(how, thresholds, examples);
        });
}
