namespace BayesGen.Conformal;

/// <summary>How strange each class is for an example, given its probabilities.</summary>
/// <remarks>
/// A score is a function of the probabilities and the class alone, the random part included, so that the scores of calibration and test
/// examples are exchangeable where the examples are, whatever the function. Classes of equal probability are ranked by their number.
/// </remarks>
internal static class ClassScores
{
    /// <summary>Fast against any density of log odds, slow against their rounding.</summary>
    private const double Waves = 100;

    /// <summary>The score of every class; small ones belong to the set.</summary>
    public static double[] Of(double[] probabilities, ConformalSetOptions options)
    {
        if (options.Method == SetMethod.LeastAmbiguous)
            return Array.ConvertAll(probabilities, p => 1 - p);
        var part = options.Randomized ? Uniform(probabilities, options.Seed) : 1;
        var penalty = options.Method == SetMethod.RegularizedAdaptive ? options.Penalty : 0;
        var scores = new double[probabilities.Length];
        var (above, rank) = (0.0, 1);
        foreach (var c in ByProbability(probabilities))
        {
            scores[c] = above + part * probabilities[c] + penalty * Math.Max(0, rank - options.FreeRank);
            above += probabilities[c];
            rank++;
        }

        return scores;
    }

    /// <summary>The classes, the most probable one first.</summary>
    public static IEnumerable<int> ByProbability(double[] probabilities) =>
        Enumerable.Range(0, probabilities.Length).OrderByDescending(c => probabilities[c]);

    /// <summary>
    /// A number from 0 to 1 that depends on how sure the example is and on the seed, and on nothing else: not on the place of the example,
    /// which for a service that is asked one example at a time would be the same each time.
    /// </summary>
    /// <remarks>
    /// With d the logarithm of the ratio of the two largest probabilities it is a triangle wave of d of period 1 / Waves, shifted by the
    /// seed. Over examples it is uniform as far as the density of d is even over a period. It is continuous: what rounding does to d, some
    /// 1e-6 from one size of a batch to another, moves it by 2 Waves as much, where a number made of the last bits would be another one.
    /// </remarks>
    private static double Uniform(double[] probabilities, long seed)
    {
        var (first, second) = (0.0, 0.0);
        foreach (var p in probabilities)
            (first, second) = p > first ? (p, first) : (first, Math.Max(second, p));
        var distance = second > 0 ? Math.Log(first / second) : 0;
        var phase = Waves * distance + (Mixed((ulong)seed) >> 11) * (1.0 / (1UL << 53));
        return Math.Abs(2 * (phase - Math.Floor(phase)) - 1);
    }

    /// <summary>SplitMix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014.</summary>
    private static ulong Mixed(ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return state ^ (state >> 31);
    }
}
