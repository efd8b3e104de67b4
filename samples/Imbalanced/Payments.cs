using BayesGen.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ImbalancedSample;

/// <summary>Made payments, two in a hundred of which are fraud; how likely each is one is known here, and by nobody else.</summary>
public static class Payments
{
    /// <summary>The numbers that are known of a payment.</summary>
    public const int Columns = 6;

    /// <summary>Payments with 1 for fraud and 0 for none.</summary>
    /// <param name="count">The number of payments.</param>
    /// <param name="seed">Which ones.</param>
    public static TensorDataSet Draw(int count, int seed)
    {
        var random = new Random(seed);
        var inputs = new float[count * Columns];
        var targets = new float[count];
        for (var i = 0; i < count; i++)
        {
            var (amount, distance, hour, isNew, before, age) = (
                Normal(random), Math.Abs(Normal(random)), 24 * random.NextDouble(), random.Next(10) == 0, Normal(random), Normal(random));
            var row = inputs.AsSpan(i * Columns, Columns);
            row[0] = (float)amount;
            row[1] = (float)distance;
            row[2] = (float)Math.Cos(2 * Math.PI * hour / 24);
            row[3] = isNew ? 1 : 0;
            row[4] = (float)before;
            row[5] = (float)age;
            targets[i] = random.NextDouble() < Chance(amount, distance, hour, isNew, before) ? 1 : 0;
        }

        return new TensorDataSet(tensor(inputs, [count, Columns]), tensor(targets));
    }

    /// <summary>Large sums from afar at night, above all from a device that was never seen; the age says nothing.</summary>
    private static double Chance(double amount, double distance, double hour, bool isNew, double before)
    {
        var isNight = hour is < 6 or > 23;
        var odds = -8.3 + 1.1 * amount + 0.9 * distance * distance + (isNight ? 1 : 0) + (isNew ? 2.5 : 0) + (isNew && isNight ? 1.5 : 0)
            + 0.6 * Math.Abs(before);
        return 1 / (1 + Math.Exp(-odds));
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
