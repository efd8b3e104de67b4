using BayesGen.Data;
using BayesGen.Export;
using CompressSample;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Speed;

/// <summary>A network as a C# file that is compiled and called.</summary>
internal sealed class TimedFile : IDisposable
{
    private const int Outputs = 10;
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-compact").FullName;
    private readonly CompiledFile.Answer _predict;
    private readonly ExportReport _report;
    private readonly float[] _pixels;
    private readonly float[] _answers;
    private readonly int _length;

    /// <param name="network">The network.</param>
    /// <param name="images">The images that it is called with.</param>
    /// <param name="name">The name of the class.</param>
    /// <param name="format">How weights are written.</param>
    public TimedFile(nn.Module<Tensor, Tensor> network, Tensor images, string name, WeightFormat format = WeightFormat.Float32)
    {
        network.eval();
        var path = Path.Combine(_folder, $"{name}.cs");
        _report = network.PlainGraph().ToCSharp(path, images, new CSharpOptions { ClassName = name, Format = format });
        _predict = CompiledFile.Load(path, $"Exported.{name}");
        _pixels = images.data<float>().ToArray();
        _answers = new float[Outputs * images.shape[0]];
        _length = (int)(images.numel() / images.shape[0]);
    }

    /// <summary>Answers the first images.</summary>
    public void Answer(int count) => _predict(_pixels.AsSpan(0, count * _length), _answers.AsSpan(0, count * Outputs));

    /// <summary>The part of images that it names right.</summary>
    public double Accuracy(TensorDataSet data)
    {
        var answers = new float[Outputs * data.Count];
        _predict(data.Inputs.data<float>().ToArray(), answers);
        var targets = data.Targets.data<long>().ToArray();
        return targets.Where((target, i) =>
        {
            var row = answers.AsSpan(i * Outputs, Outputs);
            var best = 0;
            for (var c = 1; c < Outputs; c++)
                best = row[c] > row[best] ? c : best;
            return best == target;
        }).Count() / (double)data.Count;
    }

    public override string ToString() => $"the C# file has {_report.Bytes:N0} bytes and is {_report.MaxDifference:E1} from Torch at most";

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
