using System.Reflection;
using BayesGen.Serialization;
using Google.Protobuf;
using static BayesGen.Export.OnnxGraph;

namespace BayesGen.Export;

/// <summary>From a network that was read to a file of ONNX.</summary>
internal static class OnnxExporter
{
    private const int IrVersion = 8, Opset = 17;

    /// <summary>Writes the file.</summary>
    public static ExportReport Write(ExportReading reading, string path, Tensor example, OnnxOptions options)
    {
        var (two, three) = reading.Wider!.Value;
        var (difference, largest) = Compare(reading, example, options);
        var graph = new OnnxGraph();
        var input = Value("input", example.is_floating_point(), ShapeOf(two.Inputs[0], three.Inputs[0]));
        List<ProtoMessage> outputs;
        if (options.Samples == 0)
        {
            var names = new Dictionary<PlanConstant, string>();
            var output = new OnnxSteps(graph, two, three, constant => Named(graph, names, constant)).AddAll(["input"]);
            graph.Add("Identity", [output], ["output"], []);
            outputs = [Value("output", true, ShapeOf(two.Output, three.Output))];
        }
        else
        {
            outputs = OnnxAnswer.Add(graph, Draws(graph, two, three), two.Output, options.Noise);
        }

        var version = typeof(OnnxExporter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?
            .InformationalVersion.Split('+')[0] ?? "";
        var hash = ExportCheck.Hash(reading.Plan);
        var model = new ProtoMessage()
            .Number(1, IrVersion).Text(2, "BayesGen").Text(3, version)
            .Message(7, graph.Build(two.Network, [input], outputs))
            .Message(8, new ProtoMessage().Text(1, "").Number(2, Opset))
            .Message(14, new ProtoMessage().Text(1, "weights_sha256").Text(2, hash));
        if (model.Size > int.MaxValue)
            throw new NotSupportedException(
                $"The file would have {model.Size:N0} bytes, and a file of Protocol Buffers holds 2 GB. Take fewer draws.");
        AtomicFile.Write(path, stream =>
        {
            var output = new CodedOutputStream(stream, leaveOpen: true);
            model.WriteTo(output);
            output.Flush();
        });
        return new ExportReport(
            model.Size, ExportCheck.Count(reading.Plan), reading.Plan.Draws, hash, difference, largest);
    }

    /// <summary>
    /// Computes the steps that the file is written from, by the kernels of C# files; what those have no kernel for was compared as a graph.
    /// </summary>
    private static (double Difference, double Largest) Compare(ExportReading reading, Tensor example, OnnxOptions options)
    {
        List<float[]> outputs;
        try
        {
            var program = CSharpSteps.ProgramOf(reading.Plan, new NumberText(WeightFormat.Float32, null));
            using var rows = example.narrow(0, 0, reading.Examples);
            outputs = program.OutputsOf(rows, reading.Plan.Draws);
        }
        catch (NotSupportedException)
        {
            // Nothing was compared but the graph.
            var (_, largest) = ExportCheck.Require(reading.Outputs, reading.Outputs, 1, "");
            return (double.NaN, largest);
        }

        return ExportCheck.Require(reading.Outputs, outputs, options.Tolerance ?? 1e-5, "the steps of the ONNX file");
    }

    /// <summary>
    /// The outputs of all draws, [K, N, ...]: a Scan over the weights, which are [K, ...] where draws differ. Its body is the network once.
    /// </summary>
    private static string Draws(OnnxGraph graph, ExportPlan two, ExportPlan three)
    {
        var body = new OnnxGraph(graph);
        List<(string Outer, string Inner, PlanConstant Constant)> scanned = [];
        var names = new Dictionary<PlanConstant, string>();
        var output = new OnnxSteps(body, two, three, NameOf).AddAll(["input"]);
        var bodyOutput = body.Node("Identity", [output]);
        if (scanned.Count == 0)
            throw new InvalidOperationException("All draws are the same: the network has no weight with a posterior. Leave Samples at 0.");
        var inner = body.Build(
            "draw", scanned.Select(part => Value(part.Inner, true, [.. part.Constant.Shape.Cast<object>()])),
            [Value(bodyOutput, true, ShapeOf(two.Output, three.Output))]);
        return graph.Node(
            "Scan", [.. scanned.Select(part => part.Outer)], OnnxAttribute("num_scan_inputs", scanned.Count), OnnxAttribute("body", inner));

        string NameOf(PlanConstant constant)
        {
            if (names.TryGetValue(constant, out var known))
                return known;
            if (constant.Draws.Count == 1)
                return Named(graph, names, constant);
            var outer = graph.Claim(constant.Name);
            var part = (Outer: outer, Inner: graph.Claim($"{outer}.draw"), constant);
            graph.Floats(part.Outer, [constant.Draws.Count, .. constant.Shape], constant.Draws);
            scanned.Add(part);
            return names[constant] = part.Inner;
        }
    }

    private static string Named(OnnxGraph graph, Dictionary<PlanConstant, string> names, PlanConstant constant)
    {
        if (!names.TryGetValue(constant, out var name))
            names[constant] = name = graph.Floats(graph.Claim(constant.Name), constant.Shape, constant.Draws);
        return name;
    }

    /// <summary>A shape whose dimension of the batch has a name.</summary>
    private static IReadOnlyList<object> ShapeOf(PlanValue two, PlanValue three) =>
        [.. two.Shape.Zip(three.Shape, (a, b) => a == b ? (object)a : a == 2 && b == 3 ? "N" : "M")];
}
