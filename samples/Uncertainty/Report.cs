using System.Globalization;
using System.Text.Json;
using BayesGen;

namespace UncertaintySample;

/// <summary>What was found about both networks, seed by seed: in the terminal, and in files for other programs.</summary>
/// <param name="samples">The number of draws that the Bayesian neural network answered with.</param>
public sealed class Report(int samples)
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    private readonly List<Evaluation> _bayesian = [];
    private readonly List<Evaluation> _deterministic = [];

    /// <summary>The Bayesian neural network of the first seed.</summary>
    public Evaluation Bayesian => _bayesian[0];

    /// <summary>The plain network of the first seed.</summary>
    public Evaluation Deterministic => _deterministic[0];

    public int Samples => samples;

    public int Seeds => _bayesian.Count;

    public void Add(Evaluation bayesian, Evaluation deterministic)
    {
        _bayesian.Add(bayesian);
        _deterministic.Add(deterministic);
    }

    /// <summary>The figures of both networks, the Bayesian one first.</summary>
    public IReadOnlyList<NetworkFigures> Figures() =>
    [
        NetworkFigures.Mean($"Bayesian, {samples} draws", isBayesian: true, _bayesian),
        NetworkFigures.Mean("deterministic", isBayesian: false, _deterministic),
    ];

    public void Print()
    {
        var networks = Figures();
        Console.WriteLine();
        Console.WriteLine($"known digits, {Bayesian.Known.Prediction.Count:N0} images     accuracy      NLL    Brier      ECE");
        foreach (var network in networks)
            Console.WriteLine(
                $"  {network.Name,-32} {network.Accuracy,8:P2} {network.NegativeLogLikelihood,8:F4} {network.BrierScore,8:F4} "
                + $"{network.ExpectedCalibrationError,8:F4}");
        Console.WriteLine();
        Console.WriteLine("the same digits, turned                  accuracy      NLL      ECE");
        for (var i = 0; i < networks[0].Turned.Count; i++)
        {
            Console.WriteLine($"  by {networks[0].Turned[i].Degrees} degrees");
            foreach (var network in networks)
                Console.WriteLine(
                    $"    {network.Name,-32} {network.Turned[i].Accuracy,8:P2} {network.Turned[i].NegativeLogLikelihood,8:F4} "
                    + $"{network.Turned[i].ExpectedCalibrationError,8:F4}");
        }

        Console.WriteLine();
        Console.WriteLine("out-of-distribution: AUROC / FPR95  by entropy   by mutual information   by confidence");
        for (var i = 0; i < Bayesian.Outside.Count; i++)
        {
            Console.WriteLine($"  {Bayesian.Outside[i].Name}");
            foreach (var network in networks)
                Console.WriteLine(
                    $"    {network.Name,-28} {Pair(network.Outside[i].ByEntropy),13}   "
                    + $"{(network.Outside[i].ByMutualInformation is { } both ? Pair(both) : ""),21}   "
                    + $"{Pair(network.Outside[i].ByConfidence),13}");
        }
    }

    /// <summary>
    /// Writes the figures as JSON, and the arrays behind the images, those of the first seed, as tables.
    /// </summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var networks = Figures();
        File.WriteAllText(Path.Combine(folder, "summary.json"), JsonSerializer.Serialize(
            new { seeds = Seeds, samples, bayesian = Json(networks[0]), deterministic = Json(networks[1]) }, Format));
        foreach (var (file, evaluation) in new[] { ("bayesian", Bayesian), ("deterministic", Deterministic) })
        {
            Lines($"reliability-{file}.csv", "lower,upper,count,confidence,accuracy", evaluation.Known.ReliabilityBins.Select(bin =>
                string.Create(
                    CultureInfo.InvariantCulture, $"{bin.Lower:R},{bin.Upper:R},{bin.Count},{bin.Confidence:R},{bin.Accuracy:R}")));
            Lines($"entropy-{file}.csv", "kind,entropy", evaluation.Outside
                .Select(kind => (kind.Name, kind.Result.Prediction))
                .Prepend(("known", evaluation.Known.Prediction))
                .SelectMany(kind => kind.Item2.Entropy.Select(entropy =>
                    string.Create(CultureInfo.InvariantCulture, $"\"{kind.Item1}\",{entropy:R}"))));
        }

        void Lines(string file, string head, IEnumerable<string> lines) =>
            File.WriteAllLines(Path.Combine(folder, file), lines.Prepend(head));
    }

    /// <summary>Both numbers of a detection.</summary>
    public static string Pair(Detection detection) =>
        string.Create(CultureInfo.InvariantCulture, $"{detection.Auroc:F3} / {detection.FalsePositiveRate95:F3}");

    private static object Json(NetworkFigures network) => new
    {
        accuracy = network.Accuracy,
        nll = network.NegativeLogLikelihood,
        brier = network.BrierScore,
        ece = network.ExpectedCalibrationError,
        outside = network.Outside.Select(kind => new
        {
            name = kind.Name,
            auroc_entropy = kind.ByEntropy.Auroc,
            fpr95_entropy = kind.ByEntropy.FalsePositiveRate95,
            auroc_mutual_information = kind.ByMutualInformation?.Auroc,
            auroc_confidence = kind.ByConfidence.Auroc,
        }),
        turned = network.Turned.Select(turned => new
        {
            degrees = turned.Degrees,
            accuracy = turned.Accuracy,
            nll = turned.NegativeLogLikelihood,
            ece = turned.ExpectedCalibrationError,
        }),
    };
}
