using System.Text.RegularExpressions;

namespace BayesGen.Tests;

/// <summary>Arrows between the rooms of the runtime go one way: a room names no type of a room it may not use.</summary>
public partial class RuntimeRoomsTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Attributes"] = [],
        ["Kernels"] = [],
        ["Noise"] = ["Kernels"],
        ["Priors"] = ["Noise"],
        ["Posteriors"] = ["Attributes", "Kernels", "Noise", "Priors"],
        ["Arena"] = ["Attributes", "Kernels", "Noise", "Priors", "Posteriors"],
        ["Losses"] = ["Kernels", "Priors", "Posteriors", "Arena"],
        ["Optimizers"] = ["Kernels"],
        ["Ivon"] = ["Kernels", "Priors", "Posteriors", "Arena", "Losses", "Optimizers"],
        ["Pruning"] = ["Attributes", "Arena"],
        ["Distribution"] = ["Noise", "Arena", "Pruning"],
        ["Storage"] = ["Kernels", "Arena"],
        ["Data"] = [],
        ["Prediction"] = ["Kernels", "Noise", "Arena", "Pruning", "Distribution", "Data"],
        ["Reports"] = ["Kernels", "Arena", "Pruning"],
        ["Training"] = ["Kernels", "Noise", "Arena", "Losses", "Optimizers", "Ivon", "Pruning", "Storage", "Reports", "Data"],
    };

    [Fact]
    public void ArrowsGoOneWay()
    {
        var rooms = Rooms();
        Assert.Equal(MayUse.Keys.Order(), rooms.Keys.Order());
        var owners = rooms
            .SelectMany(room => room.Value.SelectMany(file => Declared().Matches(file.Code).Select(match => (Type: match.Groups[1].Value, room.Key))))
            .DistinctBy(pair => pair.Type)
            .ToDictionary(pair => pair.Type, pair => pair.Key);
        Assert.True(owners.Count > 60);
        List<string> broken = [.. from room in rooms
            from file in room.Value
            from name in Name().Matches(file.Code).Select(match => match.Value).Distinct().Except(OwnProperties(file.Code))
            where owners.TryGetValue(name, out var owner) && owner != room.Key && !MayUse[room.Key].Contains(owner)
            select $"{room.Key}/{file.Name} uses {name} of {owners[name]}"];
        Assert.True(broken.Count == 0, string.Join(Environment.NewLine, broken));
    }

    [Fact]
    public void NoFileIsADumpingGround() => Assert.All(
        Rooms().SelectMany(room => room.Value),
        file => Assert.DoesNotMatch("Utils|Helper|Misc|Common", file.Name));

    private static Dictionary<string, List<(string Name, string Code)>> Rooms()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "BayesGen.sln")))
            root = root.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        return Directory.GetDirectories(Path.Combine(root.FullName, "BayesGen.Runtime"))
            .Where(folder => Path.GetFileName(folder) is not ("bin" or "obj" or "build"))
            .ToDictionary(
                folder => Path.GetFileName(folder),
                folder => Directory.GetFiles(folder, "*.cs").Select(path => (Path.GetFileName(path), Code(File.ReadAllText(path)))).ToList());
    }

    /// <summary>The text without comments and string literals: prose may name what it likes.</summary>
    private static string Code(string text) => Literal().Replace(Comment().Replace(text, ""), "\"\"");

    /// <summary>A property may bear the name of a type elsewhere, as the annotation's own Prior does.</summary>
    private static IEnumerable<string> OwnProperties(string code) => Property().Matches(code).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"public \S+ ([A-Z]\w*) \{")]
    private static partial Regex Property();

    [GeneratedRegex(@"\b(?:class|record struct|record|interface|enum|struct)\s+([A-Z]\w*)")]
    private static partial Regex Declared();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex Name();

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comment();

    [GeneratedRegex("""
        "(?:[^"\\\r\n]|\\.)*"
        """)]
    private static partial Regex Literal();
}
