using System.Globalization;
using System.Text.Json;
using BayesGen;

namespace UncertaintySample;

/// <summary>The figures of both networks, means over the seeds.</summary>
public sealed class Report
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    private readonly List<(Judgement Bayesian, Judgement Deterministic)> _seeds = [];

    public void Add(Judgement bayesian, Judgement deterministic) => _seeds.Add((bayesian, deterministic));

    public void Print(int samples)
    {
        Console.WriteLine();
        Console.WriteLine($"known digits, {_seeds[0].Bayesian.Known.Prediction.Count:N0} pictures   accuracy      NLL    Brier      ECE");
        foreach (var (name, of) in Networks(samples))
            Console.WriteLine(
                $"  {name,-32} {Mean(of, j => j.Known.Accuracy),8:P2} {Mean(of, j => j.Known.NegativeLogLikelihood),8:F4} "
                + $"{Mean(of, j => j.Known.BrierScore),8:F4} {Mean(of, j => j.Known.ExpectedCalibrationError),8:F4}");
        Console.WriteLine();
        Console.WriteLine("told apart: AUROC / FPR95           by entropy   by mutual information   by confidence");
        for (var i = 0; i < _seeds[0].Bayesian.Outside.Count; i++)
        {
            Console.WriteLine($"  {_seeds[0].Bayesian.Outside[i].Name}");
            foreach (var (name, of) in Networks(samples))
                Console.WriteLine(
                    $"    {name,-28} {Pair(of, i, o => o.ByEntropy),13}   {(name[0] == 'd' ? "" : Pair(of, i, o => o.ByMutualInformation)),21}   "
                    + $"{Pair(of, i, o => o.ByConfidence),13}");
        }
    }

    /// <summary>
    /// The one place where files are made: the figures as JSON, and the arrays behind reliability and entropy as tables for other programs.
    /// Pictures are drawn from the same arrays.
    /// </summary>
    public void Write(string folder, int samples)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "summary.json"), JsonSerializer.Serialize(
            new
            {
                seeds = _seeds.Count,
                samples,
                bayesian = Figures(seed => seed.Bayesian),
                deterministic = Figures(seed => seed.Deterministic),
            },
            Format));
        foreach (var (file, judgement) in new[] { ("bayesian", _seeds[0].Bayesian), ("deterministic", _seeds[0].Deterministic) })
        {
            Lines($"reliability-{file}.csv", "lower,upper,count,confidence,accuracy", judgement.Known.ReliabilityBins.Select(bin =>
                string.Create(CultureInfo.InvariantCulture, $"{bin.Lower:R},{bin.Upper:R},{bin.Count},{bin.Confidence:R},{bin.Accuracy:R}")));
            Lines($"entropy-{file}.csv", "kind,entropy", judgement.Outside
                .Select(kind => (kind.Name, kind.Result.Prediction))
                .Prepend(("known", judgement.Known.Prediction))
                .SelectMany(kind => kind.Item2.Entropy.Select(entropy =>
                    string.Create(CultureInfo.InvariantCulture, $"\"{kind.Item1}\",{entropy:R}"))));
        }

        void Lines(string file, string head, IEnumerable<string> lines) => File.WriteAllLines(Path.Combine(folder, file), lines.Prepend(head));
    }

    private object Figures(Func<(Judgement Bayesian, Judgement Deterministic), Judgement> of) => new
    {
        accuracy = Mean(of, j => j.Known.Accuracy),
        nll = Mean(of, j => j.Known.NegativeLogLikelihood),
        brier = Mean(of, j => j.Known.BrierScore),
        ece = Mean(of, j => j.Known.ExpectedCalibrationError),
        outside = _seeds[0].Bayesian.Outside.Select((kind, i) => new
        {
            name = kind.Name,
            auroc_entropy = Mean(of, j => j.Outside[i].Result.ByEntropy.Auroc),
            fpr95_entropy = Mean(of, j => j.Outside[i].Result.ByEntropy.FalsePositiveRate95),
            auroc_mutual_information = Mean(of, j => j.Outside[i].Result.ByMutualInformation.Auroc),
            auroc_confidence = Mean(of, j => j.Outside[i].Result.ByConfidence.Auroc),
        }),
    };

    private static (string Name, Func<(Judgement Bayesian, Judgement Deterministic), Judgement> Of)[] Networks(int samples) =>
        [($"Bayesian, {samples} draws", seed => seed.Bayesian), ("deterministic", seed => seed.Deterministic)];

    private double Mean(Func<(Judgement, Judgement), Judgement> of, Func<Judgement, double> figure) => _seeds.Average(seed => figure(of(seed)));

    private string Pair(Func<(Judgement, Judgement), Judgement> of, int kind, Func<OutOfDistribution, Detection> by) =>
        $"{Mean(of, j => by(j.Outside[kind].Result).Auroc):F3} / {Mean(of, j => by(j.Outside[kind].Result).FalsePositiveRate95):F3}";
}
