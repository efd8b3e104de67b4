using System.Reflection;

namespace BayesGen.Variational;

/// <summary>The families that BayesGen ships, as their classes say by <see cref="ShippedFamilyAttribute"/>.</summary>
internal static class ShippedFamilies
{
    private static readonly SortedDictionary<Family, Type> Types = new(typeof(ShippedFamilies).Assembly
        .GetCustomAttributes<ShippedFamilyAttribute>()
        .ToDictionary(shipped => shipped.Family, shipped => shipped.Posterior));

    /// <summary>The descriptions, in the order of the enumeration.</summary>
    public static IEnumerable<FamilyDescriptor> All => Types.Values.Select(FamilyDescriptor.Of);

    /// <summary>The posterior class of a member.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not a member of the enumeration.</exception>
    public static Type TypeOf(Family family) => Types.TryGetValue(family, out var posterior)
        ? posterior
        : throw new ArgumentOutOfRangeException(nameof(family), family, "This is not a family of BayesGen.");

    /// <summary>What code names a family by: a member of the enumeration, or the class.</summary>
    public static string KeyOf(FamilyDescriptor family) => Types.ContainsValue(family.PosteriorType)
        ? Types.First(pair => pair.Value == family.PosteriorType).Key.ToString()
        : $"typeof({family.PosteriorType.Name})";
}
