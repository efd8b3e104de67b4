using Microsoft.ML.OnnxRuntime;

namespace BayesGen.Tests.Export;

/// <summary>Runs a file of ONNX.</summary>
internal static class OnnxRun
{
    /// <summary>The outputs by their names.</summary>
    public static Dictionary<string, float[]> Of(string path, Tensor example)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(path, options);
        using var flat = example.contiguous();
        using var input = flat.is_floating_point()
            ? OrtValue.CreateTensorValueFromMemory(flat.data<float>().ToArray(), example.shape)
            : OrtValue.CreateTensorValueFromMemory(flat.data<long>().ToArray(), example.shape);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["input"], [input], session.OutputNames);
        return session.OutputNames.Zip(outputs).ToDictionary(
            pair => pair.First, pair => pair.Second.GetTensorDataAsSpan<float>().ToArray());
    }
}
