using BayesGen.Noise;

namespace BayesGen.Prediction;

/// <summary>The seeds of the draws that a prediction is made of.</summary>
internal static class DrawSeed
{
    /// <summary>
    /// A seed for one draw. Neighboring seeds and draws get unrelated ones, so that two predictions share no draw by accident.
    /// </summary>
    /// <param name="seed">The seed of the prediction.</param>
    /// <param name="draw">The draw, from 0.</param>
    public static long Of(long seed, int draw) => NoiseSource.Mixed(seed, draw);
}
