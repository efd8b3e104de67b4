using System.Security.Cryptography;

namespace BayesGen.Tests;

/// <summary>
/// The second process of <see cref="StateFileTests"/>: the test assembly started as a program loads a state file into a network of its
/// own and prints what comes out.
/// </summary>
internal static class StateFileProcess
{
    public const string Argument = "--state-file";

    public static int Run(string path)
    {
        random.manual_seed(987654);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        model.Load(path);
        Console.WriteLine(Fingerprint(model));
        return 0;
    }

    /// <summary>A hash of the mean outputs and of the outputs under three seeded draws, bit by bit.</summary>
    public static string Fingerprint(BayesianMixedClassifier model)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        model.eval();
        var x = linspace(-1, 1, 2 * 28 * 28).reshape(2, 1, 28, 28);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(model.call(x).contiguous().bytes);
        foreach (var seed in (long[])[1, 2, 3])
        {
            using var draw = model.Draw(seed);
            hash.AppendData(model.call(x).contiguous().bytes);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
