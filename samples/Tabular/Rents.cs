using System.Globalization;

namespace TabularSample;

/// <summary>
/// A table of rents that the sample draws itself. How a rent comes about is known here, and by nobody else: a mean that depends on all
/// columns, and a noise that is larger in the center and has heavier tails than a Gaussian.
/// </summary>
public static class Rents
{
    /// <summary>The column that is to be predicted.</summary>
    public const string Target = "rent";

    private const int Count = 3_000;
    private static readonly string[] Heatings = ["district", "gas", "oil", "heat pump"];

    /// <summary>Writes the table as a CSV file; a few of the cells are empty.</summary>
    /// <param name="path">The file.</param>
    /// <param name="seed">Which rents.</param>
    /// <returns>The root mean square of the noise: no prediction errs less on average.</returns>
    public static double Write(string path, int seed)
    {
        var random = new Random(seed);
        var squares = 0.0;
        var lines = new List<string> { $"area,rooms,built,distance,heating,{Target}" };
        for (var i = 0; i < Count; i++)
        {
            var area = 25 + 115 * (random.NextDouble() + random.NextDouble() + random.NextDouble()) / 3;
            var rooms = Math.Max(1, (int)Math.Round(area / 28 + 0.5 * Normal(random)));
            var built = random.Next(1900, 2025);
            var distance = 0.2 + 14 * Math.Pow(random.NextDouble(), 2);
            var heating = random.Next(20) switch { < 8 => 0, < 15 => 1, < 18 => 2, _ => 3 };
            var noise = Deviation(area, distance) * HeavyTailed(random);
            squares += noise * noise;
            var (isBuiltKnown, isDistanceKnown) = (random.Next(25) > 0, random.Next(50) > 0);
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{area:F1},{rooms},{(isBuiltKnown ? built : null)},{(isDistanceKnown ? distance : null):F1},{Heatings[heating]},"
                + $"{Mean(area, rooms, built, distance, heating) + noise:F0}"));
        }

        File.WriteAllLines(path, lines);
        return Math.Sqrt(squares / Count);
    }

    /// <summary>A square meter costs most in the center; flats of the sixties are cheapest; heat pumps cost more, oil less.</summary>
    private static double Mean(double area, int rooms, int built, double distance, int heating) =>
        150 + 8 * area * (1 + 0.6 * Math.Exp(-distance / 3)) + 30 * rooms + 0.05 * Math.Pow(built - 1965, 2)
        + heating switch { 0 => 20, 1 => 0, 2 => -60, _ => 110 };

    private static double Deviation(double area, double distance) => 20 + area * (0.3 + 1.2 * Math.Exp(-distance / 3));

    /// <summary>Student's t with four degrees of freedom, brought to a variance of 1.</summary>
    private static double HeavyTailed(Random random) =>
        Normal(random) / Math.Sqrt(Enumerable.Range(0, 4).Sum(_ => Math.Pow(Normal(random), 2)) / 4) / Math.Sqrt(2);

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
