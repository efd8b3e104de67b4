using System.Text.Json;
using System.Text.Json.Serialization;
using BayesGen.Likelihoods;

namespace BayesGen.Prediction;

/// <summary>
/// A prediction of numbers as JSON: one object for each example, with the components of the mixture, from which everything else follows
/// when it is read.
/// </summary>
internal sealed class RegressionPredictionJson : JsonConverter<RegressionPrediction>
{
    private const double Level = 0.95;

    public override void Write(Utf8JsonWriter writer, RegressionPrediction value, JsonSerializerOptions options)
    {
        var (_, lower, upper) = value.CentralInterval(Level);
        List<double[]> deviations = [.. value.Variance.Select(row => Array.ConvertAll(row, Math.Sqrt))];
        writer.WriteStartObject();
        writer.WriteNumber("samples", value.Samples);
        writer.Put("level", Level);
        if (value.Places > 1)
            writer.WriteNumber("places", value.Places);
        if (value.Density is { } density)
            writer.WriteString("density", density.Name);
        if (value.Density is StudentTDensity student)
            writer.PutExact("degreesOfFreedom", student.DegreesOfFreedom);
        writer.WriteStartArray("examples");
        for (var i = 0; i < value.Count; i++)
        {
            var example = i;
            writer.WriteStartObject();
            if (value.KnownRows is { } rows)
                writer.Put(rows[i]);
            writer.Put("mean", value.Mean[i], deviations[i]);
            writer.Put("variance", value.Variance[i]);
            writer.Put("epistemicVariance", value.EpistemicVariance[i]);
            writer.Put("aleatoricVariance", value.AleatoricVariance[i]);
            writer.Put("lower", lower[i], deviations[i]);
            writer.Put("upper", upper[i], deviations[i]);
            writer.WriteStartArray("meansOfSamples");
            for (var output = 0; output < value.Outputs; output++)
                writer.Put(value.MeansOfSamples(example, output), Enumerable.Repeat(deviations[i][output], value.Samples));
            writer.WriteEndArray();
            writer.Put(
                "variancesOfSamples", Enumerable.Range(0, value.Outputs).Select(output => Once(value.VariancesOfSamples(example, output))));
            if (value.WeightVariance is { } weights)
                writer.Put("weightVariance", weights[i]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public override RegressionPrediction Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNumbers.Read(ref reader, "prediction of numbers", root =>
        {
            var samples = root.Field("samples").GetInt32();
            List<JsonElement> examples = [.. root.Field("examples").EnumerateArray()];
            if (samples < 1 || examples.Count == 0)
                throw new FormatException("there is at least one draw and one example");
            List<double[][]> means = [.. examples.Select(example => JsonNumbers.Rows(example.Field("meansOfSamples")))];
            List<double[][]> variances = [.. examples.Select(example => Array.ConvertAll(
                JsonNumbers.Rows(example.Field("variancesOfSamples")),
                draws => draws.Length == 1 ? [.. Enumerable.Repeat(draws[0], samples)] : draws))];
            var outputs = means[0].Length;
            foreach (var components in means.Concat(variances))
                if (components.Length != outputs || components.Any(draws => draws.Length != samples || !draws.All(double.IsFinite)))
                    throw new FormatException($"every example has {outputs} outputs, of {samples} draws each");
            List<double[]>? weights = examples[0].TryGetProperty("weightVariance", out var _)
                ? [.. examples.Select(example => JsonNumbers.Numbers(example.Field("weightVariance")))]
                : null;
            if (weights is not null && weights.Exists(row => row.Length != outputs || !row.All(double.IsFinite)))
                throw new FormatException($"every example has {outputs} variances of the weights");
            return new RegressionPrediction(samples, outputs, means, variances, weights)
            {
                KnownRows = JsonNumbers.Rows(examples),
                Places = root.TryGetProperty("places", out var places) ? places.GetInt32() : 1,
                Density = DensityOf(root),
            };
        });

    private static TargetDensity? DensityOf(JsonElement root) => root.TryGetProperty("density", out var name)
        ? name.GetString() switch
        {
            StudentTDensity.Kind => new StudentTDensity(JsonNumbers.Number(root.Field("degreesOfFreedom"))),
            PoissonDensity.Kind => new PoissonDensity(),
            var other => throw new FormatException($"there is no density '{other}'"),
        }
        : null;

    /// <summary>One number where all draws say the same, as they do of noise that does not depend on the weights.</summary>
    private static IEnumerable<double> Once(IReadOnlyList<double> draws) => draws.All(draw => draw == draws[0]) ? [draws[0]] : draws;
}
