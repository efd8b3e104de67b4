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
        foreach (var (name, make) in ExportCases.All)
        {
            var (graph, example) = make();
            using var text = new StringWriter();
            Named(name, () => graph.ToCSharp(text, example, new CSharpOptions { ClassName = name }));
            files.Add(text.ToString());
            cases.Add((name, example, Expected(graph, example)));
        }

        var program = EmittedProgram.Compile(files);
        foreach (var (name, example, expected) in cases)
            Same(name, expected, program.Run(name, example, expected.Length));
    }

    [Fact, Trait("Lane", "Slow")]
    public void AnOnnxFileAnswersOtherwiseThanTorch()
    {
        manual_seed(7);
        foreach (var (name, make) in ExportCases.All)
        {
            var (graph, example) = make();
            var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
            try
            {
                Named(name, () => graph.ToOnnx(path, example));
                foreach (var count in new[] { (int)example.shape[0], 1 })
                {
                    using var some = example.narrow(0, 0, count);
                    Same($"{name} of {count}", Expected(graph, some), Named(name, () => OnnxRun.Of(path, some)["output"]));
                }
            }
            finally
            {
                File.Delete(path);
            }
        }
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

    private static T Named<T>(string name, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{name}: {exception.Message}", exception);
        }
    }

    private static void Same(string name, float[] expected, float[] actual)
    {
        Assert.True(expected.Length == actual.Length, $"{name}: {expected.Length} outputs in Torch, {actual.Length} in the file");
        var scale = Math.Max(1, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Length; i++)
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= Rounding * scale, $"{name}: output {i} is {expected[i]} in Torch, {actual[i]} in the file");
    }
}
