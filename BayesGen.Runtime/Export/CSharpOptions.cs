using BayesGen.Compression;
using BayesGen.Prediction;

namespace BayesGen.Export;

/// <summary>How the weights stand in an exported C# file. The file computes in 32 bits whatever they are.</summary>
public enum WeightFormat
{
    /// <summary>32 bits a weight: the file answers as the network does, up to rounding.</summary>
    Float32,

    /// <summary>8 bits a weight, with a scale for each row (output unit or channel); biases and normalization keep 32.</summary>
    Int8,

    /// <summary>
    /// As many bits as the posterior's precision asks for (<see cref="BitChoice.ChooseBits"/>), for weights that have a posterior; others
    /// keep 32.
    /// </summary>
    Bits,
}

/// <summary>What is written of a Bayesian neural network.</summary>
public abstract record ExportOptions
{
    /// <summary>
    /// The number of weights drawn from the posterior; 0 takes one network, at <see cref="At"/>. The draws are those of
    /// <c>model.Predict</c> with the same seed and number of samples.
    /// </summary>
    public int Samples { get; init; }

    /// <summary>The seed of the draws, as <see cref="PredictionOptions.Seed"/>.</summary>
    public long Seed { get; init; }

    /// <summary>Which one network is taken where <see cref="Samples"/> is 0.</summary>
    public Parameters.WeightState At { get; init; } = Parameters.WeightState.Map;

    /// <summary>
    /// What the outputs of a regression mean, for draws; null where they are logits of classes. With it the answer is mean and variance,
    /// without it class probabilities, entropy and mutual information.
    /// </summary>
    public GaussianNoise? Noise { get; init; }

    /// <summary>
    /// How far an output may be from what Torch gives for the example, as a part of the largest output or of 1, whichever is more. Null is
    /// 1e-5, and for rounded weights 0.1. Where an output is further away, nothing is written.
    /// </summary>
    public double? Tolerance { get; init; }

    /// <summary>Whether a file that exists is replaced; else it is refused.</summary>
    public bool Overwrite { get; init; }
}

/// <summary>How a C# file is written.</summary>
public sealed record CSharpOptions : ExportOptions
{
    /// <summary>The namespace of the class.</summary>
    public string Namespace { get; init; } = "Exported";

    /// <summary>The name of the class; null for that of the network.</summary>
    public string? ClassName { get; init; }

    /// <summary>How the weights stand in the file.</summary>
    public WeightFormat Format { get; init; } = WeightFormat.Float32;

    /// <summary>The bit widths of <see cref="WeightFormat.Bits"/>; null takes <see cref="BitChoice.ChooseBits"/> of the model.</summary>
    public BitWidths? Bits { get; init; }
}

/// <summary>How an ONNX file is written.</summary>
public sealed record OnnxOptions : ExportOptions;

/// <summary>What an export wrote.</summary>
/// <param name="Bytes">The length of the file.</param>
/// <param name="Weights">The number of numbers in it, of all draws together.</param>
/// <param name="Draws">The number of sets of weights.</param>
/// <param name="Hash">The SHA-256 of the weights, in hexadecimal digits.</param>
/// <param name="MaxDifference">
/// The largest difference of an output from that of Torch, over the example. NaN for an ONNX file with a step that C# files have no kernel
/// for: of that the graph alone was compared.
/// </param>
/// <param name="LargestOutput">The largest output of Torch over the example, by magnitude.</param>
public sealed record ExportReport(long Bytes, long Weights, int Draws, string Hash, double MaxDifference, double LargestOutput);
