using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>
/// Constant channels that cannot join a bias, since a convolution sees other numbers at its border: one of them stands for all, times what
/// each is of it.
/// </summary>
internal static class SharedConstants
{
    /// <summary>Finds them, tells the readings, and takes those that are stood for out of what stays.</summary>
    /// <param name="classes">Which units belong together.</param>
    /// <param name="readings">All readings.</param>
    /// <param name="live">The classes that stay.</param>
    /// <param name="canGo">Whether every layer has units enough without a class.</param>
    public static void Share(UnitClasses classes, IReadOnlyList<UnitReading> readings, HashSet<int> live, Func<int, bool> canGo)
    {
        var pinned = classes.Pinned();
        var places = new Dictionary<int, List<(int Reading, int Input)>>();
        for (var number = 0; number < readings.Count; number++)
            for (var input = 0; input < readings[number].Inputs.Units.Length; input++)
                if (classes.Find(readings[number].Inputs.Units[input]) is var unit && live.Contains(unit) && !pinned.Contains(unit)
                    && !readings[number].Folds(input))
                {
                    if (!places.TryGetValue(unit, out var own))
                        places[unit] = own = [];
                    own.Add((number, input));
                }

        HashSet<int> once = [.. Enumerable.Range(0, readings.Count)
            .GroupBy(number => readings[number].Module, (IEqualityComparer<nn.Module>)ReferenceEqualityComparer.Instance)
            .Where(group => group.Count() == 1)
            .Select(group => group.First())];
        foreach (var group in places
            .Where(entry => entry.Value.All(place => once.Contains(place.Reading) && CanShare(readings[place.Reading], place.Input)))
            .GroupBy(entry => string.Join(',', entry.Value.Select(place => place.Reading))))
        {
            var kept = group.MaxBy(entry => entry.Value.Min(place => Math.Abs(ConstantOf(place))));
            foreach (var gone in group.Where(entry => entry.Key != kept.Key && canGo(entry.Key)))
            {
                foreach (var (from, to) in gone.Value.Zip(kept.Value))
                    readings[from.Reading].Shared.Add((from.Input, to.Input, ConstantOf(from) / ConstantOf(to)));
                live.Remove(gone.Key);
            }
        }

        double ConstantOf((int Reading, int Input) place) => readings[place.Reading].Inputs.Constants[place.Input];
    }

    private static bool CanShare(UnitReading reading, int input) => !double.IsNaN(reading.Inputs.Constants[input])
        && reading.Module is Convolution { groups: 1 } and not (ConvTranspose1d or ConvTranspose2d or ConvTranspose3d);
}
