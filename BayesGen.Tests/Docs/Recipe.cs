using System.Globalization;
using System.Text.RegularExpressions;

namespace BayesGen.Tests.Docs;

/// <summary>A recipe of docs/cookbook.md: a heading of the second level, a program, and what the page says that it prints.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Program">The program.</param>
/// <param name="Printed">The text of the block <c>```text</c> that follows.</param>
internal sealed partial record Recipe(string Title, DocumentedProgram Program, string Printed)
{
    /// <summary>How far a figure may be from the page's on another processor, where sums are rounded otherwise.</summary>
    private const double Relative = 0.25;

    private const double Absolute = 0.05;

    public static IReadOnlyList<Recipe> Of(string[] page)
    {
        var starts = Enumerable.Range(0, page.Length).Where(line => page[line].StartsWith("## ", StringComparison.Ordinal)).ToList();
        var recipes = new List<Recipe>();
        foreach (var (start, end) in starts.Zip(starts.Skip(1).Append(page.Length)))
        {
            var section = page[start..end];
            if (DocumentedProgram.Of(section) is not [var program])
                continue;
            var opening = Array.IndexOf(section, "```text");
            Assert.True(opening >= 0, $"'{page[start]}' does not say what its program prints.");
            var text = section[(opening + 1)..Array.IndexOf(section, "```", opening + 1)];
            recipes.Add(new Recipe(page[start][3..], program, string.Join('\n', text)));
        }

        return recipes;
    }

    /// <summary>
    /// What differs between the page and what the program printed: a line, a word, or a figure by more than its tolerance; null if nothing
    /// does. A line of the page that is <c>...</c> stands for any number of lines.
    /// </summary>
    public string? Difference(string printed)
    {
        var lines = printed.ReplaceLineEndings("\n").TrimEnd().Split('\n');
        var line = 0;
        var isOpen = false;
        foreach (var expected in Printed.Split('\n'))
        {
            if (expected.Trim() == "...")
            {
                isOpen = true;
                continue;
            }

            var first = line;
            while (line < lines.Length && isOpen && !IsAlike(expected, lines[line]))
                line++;
            if (line >= lines.Length || !IsAlike(expected, lines[line]))
                return $"expected: {expected}\nprinted:  {(first < lines.Length ? lines[first] : "nothing more")}\n\nAll of it:\n{printed}";
            (line, isOpen) = (line + 1, false);
        }

        return isOpen || line == lines.Length ? null : $"printed besides: {lines[line]}\n\nAll of it:\n{printed}";
    }

    private static bool IsAlike(string expected, string printed)
    {
        var (numbers, others) = (Number().Matches(expected), Number().Matches(printed));
        return Words(expected) == Words(printed)
            && numbers.Zip(others).All(pair => IsNear(ValueOf(pair.First.Value), ValueOf(pair.Second.Value)));

        static string Words(string text) => Space().Replace(Number().Replace(text, "#"), " ").Trim();
    }

    private static bool IsNear(double expected, double printed) =>
        Math.Abs(expected - printed) <= Absolute + (Relative * Math.Abs(expected));

    private static double ValueOf(string number) =>
        double.Parse(number.Replace(",", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"-?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
