using BayesGen.Compression;
using BayesGen.Export;
using BayesGen.Parameters;
using BayesGen.Structure;

namespace BayesGen;

/// <summary>A network as a file that needs no Torch: one C# file without a dependency, or ONNX.</summary>
public static class ExportFileExtensions
{
    /// <summary>
    /// Writes the network as one C# file without a dependency: <c>Predict(ReadOnlySpan&lt;float&gt;, Span&lt;float&gt;)</c>, which
    /// allocates nothing and may be called by several threads. Its outputs for the example are compared with those of Torch first.
    /// </summary>
    /// <param name="model">The Bayesian neural network; it is left as it was.</param>
    /// <param name="path">The file; it appears whole or not at all.</param>
    /// <param name="example">Inputs of the shape that it gets, [N, ...], by which the outputs are compared.</param>
    /// <param name="options">How it is written; null is the default: the MAP weights in 32 bits.</param>
    /// <exception cref="ArgumentException">The example does not fit the network, or a name in the options is none of C#.</exception>
    /// <exception cref="NotSupportedException">The forward cannot be followed, or an operation has no counterpart; it is named.</exception>
    /// <exception cref="InvalidOperationException">The network is in training mode, or outputs differ: both numbers are shown.</exception>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    /// <example><c>model.ToCSharp("Digits.cs", images, new CSharpOptions { Namespace = "Shop" })</c></example>
    public static ExportReport ToCSharp(this IBayesianNetwork model, string path, Tensor example, CSharpOptions? options = null) =>
        ExportTarget.Write(path, options?.Overwrite ?? false, writer => ToCSharp(model, writer, example, options));

    /// <summary>The same to a writer, which gets the whole text or nothing.</summary>
    /// <param name="model">The Bayesian neural network; it is left as it was.</param>
    /// <param name="writer">Gets the text.</param>
    /// <param name="example">Inputs of the shape that it gets, [N, ...], by which the outputs are compared.</param>
    /// <param name="options">How it is written; null is the default.</param>
    /// <inheritdoc cref="ToCSharp(IBayesianNetwork, string, Tensor, CSharpOptions?)" path="/exception"/>
    public static ExportReport ToCSharp(this IBayesianNetwork model, TextWriter writer, Tensor example, CSharpOptions? options = null)
    {
        options ??= new CSharpOptions();
        var reading = ExportSource.Of(model, example, options, wider: false);
        var bits = options.Format == WeightFormat.Bits ? options.Bits ?? model.ChooseBits() : null;
        return CSharpExporter.Write(reading, writer, example, options, bits, WordsOf(options));
    }

    /// <summary>Writes a plain network as one C# file, by its graph and with the weights that its layers have.</summary>
    /// <param name="graph">The graph of the network; its layers are in evaluation mode.</param>
    /// <param name="path">The file; it appears whole or not at all.</param>
    /// <param name="example">Inputs of the shape that it gets, [N, ...], by which the outputs are compared.</param>
    /// <param name="options">How it is written; what concerns a posterior stays at its default. Null is the default.</param>
    /// <inheritdoc cref="ToCSharp(IBayesianNetwork, string, Tensor, CSharpOptions?)" path="/exception"/>
    public static ExportReport ToCSharp(this NetworkGraph graph, string path, Tensor example, CSharpOptions? options = null) =>
        ExportTarget.Write(path, options?.Overwrite ?? false, writer => ToCSharp(graph, writer, example, options));

    /// <summary>The same to a writer, which gets the whole text or nothing.</summary>
    /// <param name="graph">The graph of the network; its layers are in evaluation mode.</param>
    /// <param name="writer">Gets the text.</param>
    /// <param name="example">Inputs of the shape that it gets, [N, ...], by which the outputs are compared.</param>
    /// <param name="options">How it is written; what concerns a posterior stays at its default. Null is the default.</param>
    /// <inheritdoc cref="ToCSharp(IBayesianNetwork, string, Tensor, CSharpOptions?)" path="/exception"/>
    public static ExportReport ToCSharp(this NetworkGraph graph, TextWriter writer, Tensor example, CSharpOptions? options = null)
    {
        options ??= new CSharpOptions();
        if (options is { Format: WeightFormat.Bits, Bits: null })
            throw new ArgumentException(
                "A plain network has no posterior to choose bit widths by: give Bits, or another format.", nameof(options));
        return CSharpExporter.Write(
            ExportSource.Of(graph, example, options, wider: false), writer, example, options, options.Bits, "its weights");
    }

    /// <summary>
    /// Writes the network as ONNX of opset 17, for batches of any size. The file is not run here: compare its outputs with those of Torch
    /// where it will run.
    /// </summary>
    /// <param name="model">The Bayesian neural network; it is left as it was.</param>
    /// <param name="path">The file; it appears whole or not at all.</param>
    /// <param name="example">Inputs of the shape that it gets, [N, ...].</param>
    /// <param name="options">How it is written; null is the default: the MAP weights.</param>
    /// <exception cref="ArgumentException">The example does not fit the network.</exception>
    /// <exception cref="NotSupportedException">The forward cannot be followed, or an operation has no counterpart; it is named.</exception>
    /// <exception cref="InvalidOperationException">The network is in training mode.</exception>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public static ExportReport ToOnnx(this IBayesianNetwork model, string path, Tensor example, OnnxOptions? options = null)
    {
        options ??= new OnnxOptions();
        ExportTarget.Require(path, options.Overwrite);
        return OnnxExporter.Write(ExportSource.Of(model, example, options, wider: true), path, example, options);
    }

    /// <summary>Writes a plain network as ONNX, by its graph and with the weights that its layers have.</summary>
    /// <param name="graph">The graph of the network; its layers are in evaluation mode.</param>
    /// <param name="path">The file; it appears whole or not at all.</param>
    /// <param name="example">Inputs of the shape that it gets, [N, ...].</param>
    /// <param name="options">How it is written; what concerns a posterior stays at its default. Null is the default.</param>
    /// <inheritdoc cref="ToOnnx(IBayesianNetwork, string, Tensor, OnnxOptions?)" path="/exception"/>
    public static ExportReport ToOnnx(this NetworkGraph graph, string path, Tensor example, OnnxOptions? options = null)
    {
        options ??= new OnnxOptions();
        ExportTarget.Require(path, options.Overwrite);
        return OnnxExporter.Write(ExportSource.Of(graph, example, options, wider: true), path, example, options);
    }

    /// <summary>The graph of a plain network, such as a compact one: its class is annotated, or it is a Sequential of layers.</summary>
    /// <param name="network">The plain network; the graph refers to its layers.</param>
    /// <exception cref="ArgumentException">The network is a Bayesian one.</exception>
    /// <exception cref="NotSupportedException">Its forward cannot be followed; the message names the expression.</exception>
    /// <example><c>small.PlainGraph().ToCSharp("Small.cs", images)</c></example>
    public static NetworkGraph PlainGraph(this nn.Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network is IBayesianNetwork
            ? throw new ArgumentException("The network is a Bayesian one: its graph is model.Graph().", nameof(network))
            : GraphReader.Read(network);
    }

    private static string WordsOf(ExportOptions options) => options.Samples > 0
        ? $"{options.Samples} draws from the posterior (seed {options.Seed})"
        : $"the {(options.At == WeightState.Map ? "MAP" : "mean")} of the posterior";
}
