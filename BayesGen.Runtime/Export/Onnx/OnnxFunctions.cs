using BayesGen.Structure;
using static BayesGen.Export.OnnxGraph;

namespace BayesGen.Export;

/// <summary>Functions of each number in ONNX, opset 17: those that it lacks by their formulas.</summary>
internal static class OnnxFunctions
{
    public static string Add(OnnxGraph graph, MapStep step, string x)
    {
        var (a, b) = (step.Function.Alpha, step.Function.Beta);
        return step.Function.Kind switch
        {
            ActivationKind.Relu => graph.Node("Relu", [x]),
            ActivationKind.Relu6 => Clip(x, 0, 6),
            ActivationKind.LeakyRelu => graph.Node("LeakyRelu", [x], OnnxAttribute("alpha", (float)a)),
            ActivationKind.Elu => graph.Node("Elu", [x], OnnxAttribute("alpha", (float)a)),
            ActivationKind.Celu => graph.Node("Celu", [x], OnnxAttribute("alpha", (float)a)),
            ActivationKind.Selu => graph.Node("Selu", [x], OnnxAttribute("alpha", 1.6732632f), OnnxAttribute("gamma", 1.050701f)),
            ActivationKind.Gelu => Half(Plus(graph.Node("Erf", [Times(x, Math.Sqrt(0.5))]), 1)),
            ActivationKind.GeluTanh => Half(Plus(graph.Node("Tanh", [Times(
                graph.Node("Add", [x, Times(graph.Node("Mul", [graph.Node("Mul", [x, x]), x]), 0.044715)]), Math.Sqrt(2 / Math.PI))]), 1)),
            ActivationKind.Silu => graph.Node("Mul", [x, graph.Node("Sigmoid", [x])]),
            ActivationKind.Mish => graph.Node("Mul", [x, graph.Node("Tanh", [graph.Node("Softplus", [x])])]),
            ActivationKind.Sigmoid => graph.Node("Sigmoid", [x]),
            ActivationKind.LogSigmoid => graph.Node("Neg", [graph.Node("Softplus", [graph.Node("Neg", [x])])]),
            ActivationKind.Tanh => graph.Node("Tanh", [x]),
            ActivationKind.HardSigmoid => Times(Clip(Plus(x, 3), 0, 6), 1 / 6.0),
            ActivationKind.HardSwish => graph.Node("Mul", [x, Times(Clip(Plus(x, 3), 0, 6), 1 / 6.0)]),
            ActivationKind.Clamp => Clip(x, a, b),
            ActivationKind.Softplus => Softplus(),
            ActivationKind.Softsign => graph.Node("Softsign", [x]),
            ActivationKind.Negate => graph.Node("Neg", [x]),
            ActivationKind.Absolute => graph.Node("Abs", [x]),
            ActivationKind.Exponential => graph.Node("Exp", [x]),
            ActivationKind.Logarithm => graph.Node("Log", [x]),
            ActivationKind.SquareRoot => graph.Node("Sqrt", [x]),
            ActivationKind.Square => graph.Node("Mul", [x, x]),
            ActivationKind.Reciprocal => graph.Node("Reciprocal", [x]),
            _ => throw new NotSupportedException($"'{step.Source}': {step.Function.Kind} has no counterpart in ONNX."),
        };

        string Times(string of, double factor) => graph.Node("Mul", [of, graph.Float(factor)]);

        string Plus(string of, double summand) => graph.Node("Add", [of, graph.Float(summand)]);

        string Half(string of) => Times(graph.Node("Mul", [x, of]), 0.5);

        string Clip(string of, double low, double high) => graph.Node(
            "Clip",
            [of, double.IsInfinity(low) ? "" : graph.Float(low), .. double.IsInfinity(high) ? Array.Empty<string>() : [graph.Float(high)]]);

        string Softplus()
        {
            var scaled = Times(x, a);
            return graph.Node(
                "Where", [graph.Node("Greater", [scaled, graph.Float(b)]), x, Times(graph.Node("Softplus", [scaled]), 1 / a)]);
        }
    }
}
