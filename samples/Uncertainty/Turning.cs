using BayesGen.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UncertaintySample;

/// <summary>A shift of the data: the same digits, turned. The networks have seen upright ones alone.</summary>
public static class Turning
{
    /// <summary>From what hands do to what a six and a nine no longer survive.</summary>
    public static readonly int[] Degrees = [15, 30, 45, 60];

    /// <summary>The images turned about their middle, against the clock; what comes in at the corners is empty.</summary>
    /// <param name="data">Images [N, C, H, W] and their classes; they stay the caller's.</param>
    /// <param name="degrees">The angle.</param>
    public static TensorDataSet Turned(TensorDataSet data, int degrees)
    {
        using var scope = NewDisposeScope();
        var (cos, sin) = ((float)Math.Cos(degrees * Math.PI / 180), (float)Math.Sin(degrees * Math.PI / 180));
        var matrix = tensor([cos, -sin, 0, sin, cos, 0], [1, 2, 3], ScalarType.Float32, CPU).expand(data.Count, 2, 3);
        var grid = functional.affine_grid(matrix, data.Inputs.shape, align_corners: false);
        return new TensorDataSet(
            functional.grid_sample(data.Inputs, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, align_corners: false),
            data.Targets.clone());
    }
}
