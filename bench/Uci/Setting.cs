namespace BayesGen.Benchmarks.Uci;

/// <summary>
/// How long and by what steps a network is trained: functions of the number of rows and columns, the same for all sets.
/// </summary>
/// <param name="Rows">The number of training rows.</param>
/// <param name="Columns">The number of columns.</param>
/// <param name="Part">The part of the usual number of steps.</param>
public sealed record Setting(int Rows, int Columns, double Part = 1)
{
    /// <summary>What the figures depend on besides the code of a method; a split that was computed by another is computed again.</summary>
    public const string Version = "5";

    /// <summary>The number of hidden units: 50 as published, and 100 for sets of more than 20,000 rows.</summary>
    public int Width => Rows > 20_000 ? 100 : 50;

    /// <summary>The number of examples in a batch: more than the published 32, so that few steps see all rows often.</summary>
    public int BatchSize => Rows > 5_000 ? 256 : 128;

    /// <summary>The number of steps of a network that is trained alone.</summary>
    public double Steps => Rows > 5_000 ? 10_000 : 4_000;

    /// <summary>The number of passes over the rows.</summary>
    public int Epochs(double steps) => (int)Math.Max(1, Math.Round(Part * steps / Math.Ceiling(Rows / (double)BatchSize)));
}
