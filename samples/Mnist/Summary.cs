using System.Text.Json;
using System.Text.Json.Serialization;

namespace MnistSample;

/// <summary>What a run came to; <c>--out</c> writes it as <c>summary.json</c>.</summary>
/// <param name="Data">The name of the data set.</param>
/// <param name="Seconds">The time of data, training and evaluation together.</param>
/// <param name="TestAccuracy">With the posterior mean and no pruning, on all test examples.</param>
/// <param name="Threshold">The threshold given, or chosen on the validation data.</param>
/// <param name="Thresholds">The test examples at several thresholds, that one among them.</param>
public sealed record Summary(
    string Data, double Seconds, double TestAccuracy, double Threshold, IReadOnlyList<ThresholdRow> Thresholds)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, "summary.json"), JsonSerializer.Serialize(this, Format));
}

/// <summary>The network pruned at one threshold.</summary>
/// <param name="Threshold">The threshold.</param>
/// <param name="Accuracy">On all test examples.</param>
/// <param name="Kept">The number of Bayesian weights that are kept.</param>
/// <param name="BayesianWeights">The number of Bayesian weights.</param>
/// <param name="AllWeights">The number of all weights.</param>
public sealed record ThresholdRow(double Threshold, double Accuracy, long Kept, long BayesianWeights, long AllWeights)
{
    [JsonIgnore]
    public double PartPruned => (double)(BayesianWeights - Kept) / AllWeights;
}
