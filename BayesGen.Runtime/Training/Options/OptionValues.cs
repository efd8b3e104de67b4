using System.Collections.ObjectModel;

namespace BayesGen;

/// <summary>What options are made of: values that are there, that have a name, and that nobody can change any more.</summary>
internal static class OptionValues
{
    public static void RequireValue(object? value, string option)
    {
        if (value is null)
            throw new ArgumentException($"TrainerOptions.{option} is null. Leave it out for the default.", option);
    }

    public static void RequireValues<T>(IReadOnlyList<T> values, string option)
        where T : class
    {
        for (var i = 0; i < values.Count; i++)
            if (values[i] is null)
                throw new ArgumentException($"TrainerOptions.{option}[{i}] is null.", option);
    }

    public static void RequireDefined<T>(T value, string option, string of = nameof(TrainerOptions))
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new ArgumentOutOfRangeException(
                option, value, $"{of}.{option} is one of {string.Join(", ", Enum.GetNames<T>())}.");
    }

    /// <summary>What nobody can change any more.</summary>
    public static IReadOnlyList<T> Copied<T>(IReadOnlyList<T> values, string option)
    {
        ArgumentNullException.ThrowIfNull(values, option);
        return Array.AsReadOnly([.. values]);
    }

    public static ReadOnlyDictionary<string, T> Copied<T>(IReadOnlyDictionary<string, T> values, string option)
    {
        ArgumentNullException.ThrowIfNull(values, option);
        return new(new Dictionary<string, T>(values));
    }
}
