using System.Text.Json;
using BayesGen;
using BayesGen.Conformal;
using BayesGen.Tables;
using static TorchSharp.torch;

namespace TabularSample;

/// <summary>
/// A network of a table with all that an answer takes: encoding, scale and intervals. It is asked in the units of the table.
/// </summary>
/// <param name="Network">The Bayesian neural network.</param>
/// <param name="Encoding">How rows become numbers.</param>
/// <param name="Scale">How these are standardized.</param>
/// <param name="Intervals">Intervals with a guarantee.</param>
public sealed record TableModel(BayesianTableNetwork Network, TableEncoding Encoding, Standardize Scale, ConformalIntervals Intervals)
    : IDisposable
{
    private const int Samples = 50;
    private const string NetworkFile = "model.safetensors";
    private const string EncodingFile = "encoding.json";
    private const string ScaleFile = "scale.json";
    private const string IntervalFile = "intervals.json";

    /// <summary>The mean, the variance and the density of the target of each row.</summary>
    /// <param name="inputs">Rows as <see cref="TableEncoding.Encode"/> has them.</param>
    public RegressionPrediction Predict(Tensor inputs) => Predict(Network, Scale, inputs);

    /// <summary>The same of any network that was trained on a scale.</summary>
    public static RegressionPrediction Predict<TModel>(TModel model, Standardize scale, Tensor inputs)
        where TModel : nn.Module<Tensor, Tensor>, BayesGen.Parameters.IBayesianNetwork
    {
        using var standardized = scale.Inputs(inputs);
        return scale.InUnits(model.Predict(standardized, GaussianNoise.Learned, Samples, new PredictionOptions { Seed = 1 }));
    }

    /// <summary>Writes the four files that belong together.</summary>
    public void Save(string folder)
    {
        Network.Save(Path.Combine(folder, NetworkFile));
        Scale.Save(Path.Combine(folder, ScaleFile));
        Intervals.Save(Path.Combine(folder, IntervalFile));
        File.WriteAllText(Path.Combine(folder, EncodingFile), JsonSerializer.Serialize(Encoding));
    }

    /// <summary>Reads what <see cref="Save"/> wrote: all that a service does.</summary>
    public static TableModel Load(string folder)
    {
        var encoding = JsonSerializer.Deserialize<TableEncoding>(File.ReadAllText(Path.Combine(folder, EncodingFile)))!;
        var network = new BayesianTableNetwork(new TableNetwork(encoding.Names().Count));
        network.Load(Path.Combine(folder, NetworkFile));
        return new TableModel(
            network, encoding, Standardize.Load(Path.Combine(folder, ScaleFile)),
            ConformalIntervals.Load(Path.Combine(folder, IntervalFile)));
    }

    public void Dispose() => Network.Dispose();
}
