using BayesGen.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace RegressionSample;

/// <summary>Noisy points of a known curve, with a gap in the middle: nothing is known there, and nothing beyond the ends.</summary>
public static class Points
{
    /// <summary>The standard deviation of the noise. The network is not told.</summary>
    public const double Sigma = 0.15;

    /// <summary>Where there are points: two pieces of the axis.</summary>
    public static readonly (double From, double To)[] Pieces = [(-3, -1), (1, 3)];

    public static double Truth(double x) => Math.Sin(2 * x) + 0.3 * x;

    public static bool AreAt(double x) => Pieces.Any(piece => piece.From <= x && x <= piece.To);

    /// <summary>Points spread evenly over both pieces.</summary>
    public static TensorDataSet Draw(int count, int seed)
    {
        var random = new Random(seed);
        var x = new float[count];
        var y = new float[count];
        for (var i = 0; i < count; i++)
        {
            var (from, to) = Pieces[i % Pieces.Length];
            var at = from + (to - from) * random.NextDouble();
            // Box and Muller's way from uniform to normal numbers.
            var noise = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            (x[i], y[i]) = ((float)at, (float)(Truth(at) + Sigma * noise));
        }

        using var scope = NewDisposeScope();
        return new TensorDataSet(
            tensor(x, [count, 1], ScalarType.Float32, CPU), tensor(y, [count, 1], ScalarType.Float32, CPU));
    }
}
