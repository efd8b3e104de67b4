using BayesGen.Export;
using BayesGen.Structure;

namespace BayesGen.Tests.Export;

public sealed class ExportOperationTests
{
    /// <summary>Rounding of sums in another order, relative to the largest output or 1.</summary>
    private const double Rounding = 1e-5;

    [Fact, Trait("Lane", "Slow")]
    public void ACompiledFileAnswersOtherwiseThanTorch()
    {
        var (files, cases) = (new List<string>(), new List<(string Name, Tensor Example, float[] Expected)>());
        manual_seed(7);
        List<string> wrong = [.. ExportCases.All.Select(pair => Wrong(pair.Key, () =>
        {
            var (graph, example) = pair.Value();
            using var text = new StringWriter();
            graph.ToCSharp(text, example, new CSharpOptions { ClassName = $"Case{pair.Key}" });
            files.Add(text.ToString());
            cases.Add((pair.Key, example, Expected(graph, example)));
        })).OfType<string>()];
        var program = EmittedProgram.Compile(files);
        wrong.AddRange(cases.Select(made => Wrong(
            made.Name, () => Same(made.Expected, program.Run($"Case{made.Name}", made.Example, made.Expected.Length)))).OfType<string>());
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact, Trait("Lane", "Slow")]
    public void AnOnnxFileAnswersOtherwiseThanTorch()
    {
        manual_seed(7);
        List<string> wrong = [.. ExportCases.All.Select(pair => Wrong(pair.Key, () =>
        {
            var (graph, example) = pair.Value();
            var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
            try
            {
                graph.ToOnnx(path, example);
                foreach (var count in new[] { (int)example.shape[0], 1 })
                {
                    using var some = example.narrow(0, 0, count);
                    Same(Expected(graph, some), OnnxRun.Of(path, some)["output"]);
                }
            }
            finally
            {
                File.Delete(path);
            }
        })).OfType<string>()];
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static float[] Expected(NetworkGraph graph, Tensor example)
    {
        using var scope = NewDisposeScope();
        // An LSTM without gradients is another one on some processors.
        using var gradients = enable_grad();
        var layers = graph.Nodes.Select(node => node.Operation).OfType<LayerCall>().Select(call => new LstmInference(call.Module)).ToList();
        var output = GraphRun.Outputs(graph, [example])[0].detach().contiguous().data<float>().ToArray();
        layers.ForEach(layer => layer.Dispose());
        return output;
    }

    /// <summary>What is wrong with a case; null where nothing is.</summary>
    private static string? Wrong(string name, Action run)
    {
        try
        {
            run();
            return null;
        }
        catch (Exception exception)
        {
            return $"{name}: {exception.GetType().Name}: {exception.Message}";
        }
    }

    private static void Same(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var scale = Math.Max(1, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Length; i++)
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= Rounding * scale, $"output {i} is {expected[i]} in Torch, {actual[i]} in the file");
    }
}
