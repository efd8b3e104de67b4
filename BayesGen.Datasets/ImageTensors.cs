using System.Globalization;
using BayesGen.Data;

namespace BayesGen.Datasets;

/// <summary>Images of bytes as the tensors that a network takes.</summary>
internal static class ImageTensors
{
    /// <summary>Gray images (0..255) to float32 [N, 1, H, W] in 0..1, and byte labels to int64 [N].</summary>
    public static TensorDataSet ToDataSet(byte[] pixels, byte[] labels, long count, long height, long width)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor inputs = tensor(pixels, [count, 1, height, width], ScalarType.Byte, CPU).to_type(ScalarType.Float32).div_(255f);
        Tensor targets = tensor(labels, [count], ScalarType.Byte, CPU).to_type(ScalarType.Int64);
        return new TensorDataSet(inputs, targets);
    }

    /// <summary>A number of examples as a message shows it.</summary>
    public static string Counted(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
