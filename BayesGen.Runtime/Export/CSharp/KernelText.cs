using System.Reflection;
using System.Text.RegularExpressions;

namespace BayesGen.Export;

/// <summary>The sources of the kernels, by region.</summary>
internal static class KernelText
{
    private static readonly Lazy<Dictionary<string, (string[] Needs, string Text)>> Regions = new(Read);

    /// <summary>The regions of some names with what they need, in the order of their sources.</summary>
    public static string Of(IEnumerable<string> names)
    {
        var regions = Regions.Value;
        var needed = new HashSet<string>();
        var open = new Stack<string>(names);
        while (open.TryPop(out var name))
            if (needed.Add(name))
                foreach (var other in regions[name].Needs)
                    open.Push(other);
        return string.Join("\n", regions.Where(region => needed.Contains(region.Key)).Select(region => region.Value.Text));
    }

    /// <summary>Whether a kernel has a name or uses it, so that it would mean the class around it.</summary>
    public static bool Names(string name) => Words.Value.Contains(name);

    private static readonly Lazy<HashSet<string>> Words = new(() =>
        [.. Regions.Value.Values.SelectMany(region => Regex.Matches(Regex.Replace(region.Text, "//.*", ""), @"[A-Za-z_]\w*"))
            .Select(word => word.Value)]);

    private static Dictionary<string, (string[] Needs, string Text)> Read()
    {
        const string Begin = "    #region ", End = "    #endregion";
        var assembly = Assembly.GetExecutingAssembly();
        var regions = new Dictionary<string, (string[], string)>();
        foreach (var resource in assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("Kernels/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            (string Name, string[] Needs)? region = null;
            List<string> lines = [];
            while (reader.ReadLine() is { } line)
            {
                if (line.StartsWith(Begin, StringComparison.Ordinal))
                {
                    var parts = line[Begin.Length..].Split(" : ");
                    region = (parts[0], parts.Length > 1 ? parts[1].Split(", ") : []);
                    lines = [];
                }
                else if (line.StartsWith(End, StringComparison.Ordinal))
                {
                    regions.Add(region!.Value.Name, (region.Value.Needs, string.Join("\n", lines) + "\n"));
                    region = null;
                }
                else if (region is not null)
                    // Inside of this library tests reach the kernels; inside of a file nobody has to.
                    lines.Add(line.StartsWith("    internal ", StringComparison.Ordinal) ? "    private " + line[13..] : line);
            }
        }

        return regions;
    }
}
