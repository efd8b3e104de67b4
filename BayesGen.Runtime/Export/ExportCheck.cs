using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BayesGen.Export;

/// <summary>Compares what an exported network answers with what Torch does.</summary>
internal static class ExportCheck
{
    /// <summary>The largest difference and the largest output.</summary>
    /// <exception cref="InvalidOperationException">An output is too far away; both numbers are shown.</exception>
    public static (double Difference, double Largest) Require(
        IReadOnlyList<float[]> torch, IReadOnlyList<float[]> exported, double tolerance, string target)
    {
        var sizes = torch.SelectMany(numbers => numbers).Where(float.IsFinite).Select(number => Math.Abs((double)number));
        var largest = sizes.DefaultIfEmpty().Max();
        var allowed = tolerance * Math.Max(1, largest);
        var worst = 0.0;
        for (var draw = 0; draw < torch.Count; draw++)
        {
            if (torch[draw].Length != exported[draw].Length)
                throw new InvalidOperationException(
                    $"{target} gives {exported[draw].Length} numbers where Torch gives {torch[draw].Length}; nothing was written.");
            for (var i = 0; i < torch[draw].Length; i++)
            {
                // Also infinite alike, or NaN alike.
                var difference = torch[draw][i].Equals(exported[draw][i]) ? 0 : Math.Abs((double)torch[draw][i] - exported[draw][i]);
                if (!(difference <= allowed))
                    throw new InvalidOperationException(string.Create(
                        CultureInfo.InvariantCulture,
                        $"Output {i} of the example is {torch[draw][i]} in Torch and {exported[draw][i]} in {target}, further apart than "
                        + $"{allowed:G3}; nothing was written. Allow more by Tolerance where weights are rounded."));
                worst = Math.Max(worst, difference);
            }
        }

        return (worst, largest);
    }

    /// <summary>The SHA-256 of the weights.</summary>
    public static string Hash(ExportPlan plan)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var numbers in plan.Constants.SelectMany(constant => constant.Draws))
            hash.AppendData(MemoryMarshal.AsBytes(numbers.AsSpan()));
        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
    }

    /// <summary>The number of numbers of all sets.</summary>
    public static long Count(ExportPlan plan) => plan.Constants.SelectMany(constant => constant.Draws).Sum(numbers => (long)numbers.Length);
}
