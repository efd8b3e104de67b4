using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Speed;

/// <summary>
/// What the Bayesian part of a step costs against the number of weights: the time of a step less that of the network's own forward and
/// backward, which a batch of one image keeps small. The slope of log time against log weights is fitted by least squares.
/// </summary>
internal static class SizeTable
{
    /// <summary>Widths of 784-width-10: 10^4 to 10^7 weights.</summary>
    private static readonly int[] Widths = [13, 40, 126, 398, 1258, 3978, 12578];

    /// <summary>Numbers of layers of 64: the same from a few tensors to many.</summary>
    private static readonly int[] Depths = [2, 8, 32, 128];

    /// <summary>Below this many weights the fixed cost of a step is most of it, so the slope is fitted from here on.</summary>
    private const double FitFrom = 9e4;

    public static void Print(Settings settings)
    {
        PrintWidths("Gaussian",
            width => Trained.Of(() => new BayesianGaussianWide(new(width)), settings.Device, model => model.CreateTrainer), settings);
        PrintWidths("LogUniform",
            width => Trained.Of(() => new BayesianLogUniformWide(new(width)), settings.Device, model => model.CreateTrainer), settings);
        PrintDepths(settings);
    }

    private static void PrintWidths(string family, Func<int, Trained> make, Settings settings)
    {
        Console.WriteLine();
        Console.WriteLine($"| {family}, 784-width-10, batch 1: weights | plain, ms | trainer, ms | Bayesian part, ms | ns a weight |");
        Console.WriteLine("|---|---|---|---|---|");
        var points = new List<(double Weights, double Milliseconds)>();
        foreach (var width in Widths)
        {
            using var scope = NewDisposeScope();
            var weights = 795.0 * width + 10;
            using var network = new NetworkVariant(new Wide(width), settings.Device);
            using var trainer = new TrainerVariant(family, make(width), 1, 60_000);
            var batches = Medians.Batches(1, Math.Clamp((int)(2e7 / weights), 2, 200), settings.Device);
            var rounds = Medians.Rounds([network, trainer], batches, settings.Repetitions);
            var (plain, whole) = (Medians.Milliseconds(rounds, 0), Medians.Milliseconds(rounds, 1));
            var own = whole - plain;
            points.Add((weights, own));
            Console.WriteLine(
                $"| {weights:N0} | {plain:F3} | {whole:F3} | {own:F3} | {own * 1e6 / weights:F2} |");
        }

        var large = points.Where(point => point.Weights >= FitFrom).ToList();
        var rates = large.ConvertAll(point => point.Milliseconds / point.Weights);
        Console.WriteLine();
        Console.WriteLine(
            $"{family}: slope of log time against log weights from 10^5 to 10^7: {Slope(large):F2}; ns a weight at most {rates.Max() / rates.Min():F2} x apart");
    }

    private static void PrintDepths(Settings settings)
    {
        Console.WriteLine();
        Console.WriteLine("| Gaussian, layers of 64, batch 1 | tensors | plain, ms | trainer, ms | Bayesian part, us a tensor |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var depth in Depths)
        {
            using var scope = NewDisposeScope();
            using var network = new NetworkVariant(new Deep(depth), settings.Device);
            using var trainer = new TrainerVariant(
                "Gaussian",
                Trained.Of(() => new BayesianGaussianDeep(new(depth)), settings.Device, model => model.CreateTrainer), 1, 60_000);
            var rounds = Medians.Rounds([network, trainer], Medians.Batches(1, 20, settings.Device), settings.Repetitions);
            var (plain, whole) = (Medians.Milliseconds(rounds, 0), Medians.Milliseconds(rounds, 1));
            var own = whole - plain;
            Console.WriteLine(
                $"| {depth} | {2 * depth} | {plain:F3} | {whole:F3} | {own * 1e3 / (2 * depth):F1} |");
        }
    }

    private static double Slope(List<(double Weights, double Milliseconds)> points)
    {
        var x = points.ConvertAll(point => Math.Log(point.Weights));
        var y = points.ConvertAll(point => Math.Log(point.Milliseconds));
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}
