using System.Text.Json;
using System.Text.Json.Serialization;

namespace BayesGen.Prediction;

/// <summary>A temperature as JSON, with what it was fitted to.</summary>
internal sealed class TemperatureScalingJson : JsonConverter<TemperatureScaling>
{
    public override void Write(Utf8JsonWriter writer, TemperatureScaling value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.PutExact("temperature", value.Temperature);
        writer.WriteNumber("classes", value.Classes);
        writer.WriteNumber("examples", value.Examples);
        writer.Put("negativeLogLikelihood", [value.NegativeLogLikelihoodBefore, value.NegativeLogLikelihoodAfter]);
        writer.Put("expectedCalibrationError", [value.ExpectedCalibrationErrorBefore, value.ExpectedCalibrationErrorAfter]);
        writer.WriteEndObject();
    }

    public override TemperatureScaling Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNumbers.Read(ref reader, "temperature", root => new TemperatureScaling(
            JsonNumbers.Number(root.Field("temperature")),
            root.Field("classes").GetInt32(),
            root.Field("examples").GetInt32(),
            Pair(root.Field("negativeLogLikelihood")),
            Pair(root.Field("expectedCalibrationError"))));

    private static (double Before, double After) Pair(JsonElement element) => JsonNumbers.Numbers(element) is [var before, var after]
        ? (before, after)
        : throw new FormatException("a figure has a value before and one after");
}
