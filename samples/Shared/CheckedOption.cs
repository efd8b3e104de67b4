using System.CommandLine;
using System.Globalization;

namespace BayesGen.CommandLines;

/// <summary>
/// Options of a command line whose values are read strictly; what cannot be read is refused by a sentence that names the option.
/// </summary>
internal static class CheckedOption
{
    /// <summary>Reads a value.</summary>
    public delegate bool Reader<T>(string text, out T value);

    /// <summary>An option with a value of any kind.</summary>
    /// <param name="name">Such as <c>--epochs</c>.</param>
    /// <param name="placeholder">What stands for the value in the help.</param>
    /// <param name="description">What the option is for.</param>
    /// <param name="expected">What a value has to be, as the end of a sentence: "is a whole number from 1".</param>
    /// <param name="read">Reads a value.</param>
    public static Option<T> Of<T>(string name, string placeholder, string description, string expected, Reader<T> read) => new(name)
    {
        HelpName = placeholder,
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (read(text, out var value))
                return value;
            result.AddError($"{name} {expected}, not '{text}'.");
            return default;
        },
    };

    /// <summary>An option whose value is a text that is not empty, such as a folder.</summary>
    public static Option<string?> Text(string name, string placeholder, string description)
    {
        var option = new Option<string?>(name) { HelpName = placeholder, Description = description };
        option.Validators.Add(result =>
        {
            // The parser takes whatever comes next for the value, another option too.
            if (result.Tokens is [{ Value: var text }] && (text.Length == 0 || text.StartsWith("--", StringComparison.Ordinal)))
                result.AddError($"{name} needs a value.");
        });
        return option;
    }

    /// <summary>A whole number that has a default.</summary>
    public static Option<int> Number(string name, string placeholder, string description, int least, int otherwise)
    {
        var option = Of(name, placeholder, description, $"is a whole number from {least}", (string text, out int value) =>
            TryRead(text, least, out value));
        option.DefaultValueFactory = _ => otherwise;
        return option;
    }

    /// <summary>A whole number, or null where the option is not given.</summary>
    public static Option<int?> OptionalNumber(string name, string placeholder, string description, int least) => Of(
        name, placeholder, description, $"is a whole number from {least}", (string text, out int? value) =>
        {
            value = TryRead(text, least, out var number) ? number : null;
            return value is not null;
        });

    /// <summary>A finite number from 0, or null where the option is not given.</summary>
    public static Option<double?> OptionalAmount(string name, string placeholder, string description) => Of(
        name, placeholder, description, "is a number from 0", (string text, out double? value) =>
        {
            var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
            value = isNumber && double.IsFinite(number) && number >= 0 ? number : null;
            return value is not null;
        });

    /// <summary>Whole numbers with commas between them.</summary>
    public static Option<IReadOnlyList<int>> Numbers(
        string name, string placeholder, string description, int least, IReadOnlyList<int> otherwise)
    {
        var option = Of(
            name, placeholder, description, $"is a list of whole numbers from {least} such as 1,2,3",
            (string text, out IReadOnlyList<int> value) =>
            {
                var numbers = new List<int>();
                value = numbers;
                foreach (var part in text.Split(','))
                {
                    if (!TryRead(part, least, out var number))
                        return false;
                    if (!numbers.Contains(number))
                        numbers.Add(number);
                }

                return true;
            });
        option.DefaultValueFactory = _ => otherwise;
        return option;
    }

    /// <summary>Some of the words that are known, with commas between them.</summary>
    public static Option<IReadOnlyList<string>> Words(
        string name, string description, IReadOnlyList<string> known, IReadOnlyList<string> otherwise) => new(name)
        {
            HelpName = "LIST",
            Description = description,
            CustomParser = result =>
            {
                var words = result.Tokens[^1].Value.Split(',').Distinct().ToList();
                if (words.Find(word => !known.Contains(word)) is { } unknown)
                    result.AddError($"{name} is a list of {string.Join(", ", known)}; '{unknown}' is none of them.");
                return words;
            },
            DefaultValueFactory = _ => otherwise,
        };

    /// <summary>A member of an enum, by its name as it is written on a command line; the first where the option is not given.</summary>
    public static Option<T> Choice<T>(string name, string description)
        where T : struct, Enum
    {
        var members = Enum.GetValues<T>().ToDictionary(Written);
        return Of(
            name, string.Join('|', members.Keys), description, $"is one of {string.Join(", ", members.Keys)}",
            (string text, out T value) => members.TryGetValue(text, out value));
    }

    /// <summary>A member of an enum as it is written on a command line: <c>fashion-mnist</c> for FashionMnist.</summary>
    public static string Written<T>(T member)
        where T : struct, Enum => string.Concat(
            member.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? "-" + letter : letter.ToString())).ToLowerInvariant();

    private static bool TryRead(string text, int least, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least;
}
