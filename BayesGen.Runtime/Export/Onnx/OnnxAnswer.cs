using BayesGen.Prediction;
using static BayesGen.Export.OnnxGraph;

namespace BayesGen.Export;

/// <summary>What draws say together, in ONNX.</summary>
internal static class OnnxAnswer
{
    /// <summary>Adds the answer.</summary>
    /// <param name="graph">Gets the nodes.</param>
    /// <param name="draws">The outputs of all draws, [K, N, C].</param>
    /// <param name="output">The output of one draw.</param>
    /// <param name="noise">What outputs of a regression mean; null for classes.</param>
    /// <returns>The outputs of the graph.</returns>
    public static List<ProtoMessage> Add(OnnxGraph graph, string draws, PlanValue output, GaussianNoise? noise)
    {
        if (output.Shape.Length != 2)
            throw new NotSupportedException(
                $"The network gives an output of {output.Shape.Length} dimensions, and draws are joined of outputs [N, C].");
        return noise is null ? Classes(graph, draws, output.Shape[1]) : Regression(graph, draws, output.Shape[1], noise);
    }

    private static List<ProtoMessage> Classes(OnnxGraph graph, string draws, int classes)
    {
        if (classes < 2)
            throw new NotSupportedException("Draws of one output are no classes. Say what the noise is (Noise) where it is a regression.");
        var logs = graph.Node("LogSoftmax", [draws], OnnxAttribute("axis", -1));
        var probabilities = graph.Node("Exp", [logs]);
        var within = Sum(graph.Node("Mul", [probabilities, logs]), -1);
        graph.Add("ReduceMean", [probabilities], ["probabilities"], [OnnxAttribute("axes", [0]), OnnxAttribute("keepdims", 0)]);
        // p log p is 0 at 0, which the smallest number gives and 0 itself does not.
        var logOfMean = graph.Node("Log", [graph.Node("Max", ["probabilities", graph.Float(1e-37)])]);
        graph.Add("Neg", [Sum(graph.Node("Mul", ["probabilities", logOfMean]), -1)], ["entropy"], []);
        var expected = graph.Node("ReduceMean", [within], OnnxAttribute("axes", [0]), OnnxAttribute("keepdims", 0));
        graph.Add("Add", ["entropy", expected], ["mutual_information"], []);
        return
        [
            Value("probabilities", true, ["N", classes]), Value("entropy", true, ["N"]), Value("mutual_information", true, ["N"]),
        ];

        string Sum(string of, long axis) => graph.Node("ReduceSum", [of, graph.Longs(axis)], OnnxAttribute("keepdims", 0));
    }

    private static List<ProtoMessage> Regression(OnnxGraph graph, string draws, int outputs, GaussianNoise noise)
    {
        var answer = new CSharpAnswer(noise, 1, outputs);
        var (numbers, isLearned) = answer.NoiseNumbers()!.Value;
        var count = answer.Count;
        var means = isLearned ? Part(0, count) : draws;
        graph.Add("ReduceMean", [means], ["mean"], [OnnxAttribute("axes", [0]), OnnxAttribute("keepdims", 0)]);
        var distance = graph.Node("Sub", [means, "mean"]);
        var between = Mean(graph.Node("Mul", [distance, distance]));
        var factors = graph.FloatRow([.. numbers.Select(number => (float)number)]);
        var within = isLearned ? graph.Node("Mul", [Mean(graph.Node("Exp", [Part(count, outputs)])), factors]) : factors;
        graph.Add("Add", [between, within], ["variance"], []);
        return [Value("mean", true, ["N", count]), Value("variance", true, ["N", count])];

        string Part(int from, int to) => graph.Node("Slice", [draws, graph.Longs(from), graph.Longs(to), graph.Longs(-1)]);

        string Mean(string of) => graph.Node("ReduceMean", [of], OnnxAttribute("axes", [0]), OnnxAttribute("keepdims", 0));
    }
}
