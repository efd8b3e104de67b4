using BayesGen;
using BayesGen.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace CompressSample;

/// <summary>What is left of a pruned network, as a plain one.</summary>
public static class Smaller
{
    /// <summary>The plain network of the weights that are kept, and its file.</summary>
    /// <param name="model">The pruned network.</param>
    /// <param name="example">Images.</param>
    /// <param name="path">The file.</param>
    /// <param name="bytes">The length of the file.</param>
    public static DigitNetwork Of(BayesianDigitNetwork model, Tensor example, string path, out long bytes)
    {
        model.SaveSparse(path);
        bytes = new FileInfo(path).Length;
        var plain = model.Export(new DigitNetwork());
        plain.eval();
        return plain;
    }

    /// <summary>The bytes of the native libraries that a program of TorchSharp brings.</summary>
    public static long BytesOfTorch() => Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(path).Contains("torch", StringComparison.OrdinalIgnoreCase)
            || Path.GetFileName(path).Contains("libc10", StringComparison.OrdinalIgnoreCase))
        .Sum(path => new FileInfo(path).Length);
}
