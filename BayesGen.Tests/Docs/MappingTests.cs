using System.Reflection;
using System.Text.RegularExpressions;
using BayesGen.Plots;
using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;

namespace BayesGen.Tests;

/// <summary>
/// Holds docs/from-bayes_deep_compression.md against the code: every C# name in the column BayesGen exists, and the walk-through compiles.
/// </summary>
/// <remarks>
/// A name is <c>Type</c>, <c>Type.Member</c>, <c>Type(parameter)</c> of a constructor or <c>Type.Member(parameter)</c> of a method, public
/// in the runtime or in the projects for data sets, for the console and for charts, without type arguments. What the generator writes stands in
/// <see cref="GeneratedNames"/>.
/// </remarks>
public sealed partial class MappingTests
{
    /// <summary>The wrapper of the page's own network.</summary>
    private const string Wrapper = "BayesianClassifier";

    private const string Column = "BayesGen";

    /// <summary>The members of the wrapper that the page may name.</summary>
    private static readonly string[] GeneratedNames =
    [
        "Arena", "CreateTrainer", "Network", "Posterior", "Prior", "StateKeys",
        "forward", "load_state_dict", "named_parameters", "state_dict", "train", "zero_grad",
    ];

    private static readonly ILookup<string, Type> PublicTypes =
        new[] { typeof(IBayesianNetwork), typeof(ImageArchive), typeof(ConsoleReport), typeof(Picture) }
            .SelectMany(type => type.Assembly.GetExportedTypes())
            .ToLookup(type => type.Name.Split('`')[0]);

    [Fact]
    public void EveryNameInTheTablesExists()
    {
        var names = NamesIn(Page()).ToList();
        Assert.True(names.Count > 100, $"The page names only {names.Count} C# names: its tables were not read.");
        var misspelled = names.Where(entry => !Exists(entry.Name)).Select(entry => $"line {entry.Line}: {entry.Name}").ToList();
        Assert.True(misspelled.Count == 0, "Names that do not exist:\n" + string.Join("\n", misspelled));
    }

    [Theory]
    [InlineData("TrainerOptions")]
    [InlineData("TrainerOptions.Epochs")]
    [InlineData("PlateauBeta(factor)")]
    [InlineData("VariationalLoss.Aggregate(beta)")]
    [InlineData("IPosterior.Initialize")]
    [InlineData("IScores.Divergence(weights)")]
    [InlineData("Family.LogUniform")]
    [InlineData("PosteriorGroup")]
    [InlineData("BayesianClassifier.CreateTrainer")]
    [InlineData("TrainingCurves.Draw(training)")]
    [InlineData("ConsoleReport")]
    public void FindsAnExistingName(string name) => Assert.True(Exists(name));

    [Theory]
    [InlineData("TrainerOption")]
    [InlineData("trainerOptions")]
    [InlineData("TrainerOptions.Epoch")]
    [InlineData("TrainerOptions.epochs")]
    [InlineData("PlateauBeta(factr)")]
    [InlineData("VariationalLoss.Aggregate(betas)")]
    [InlineData("Family.Normal")]
    [InlineData("IBayesianNetwork.CreateTrainer")]
    [InlineData("BayesianClassifier.CreateTrainers")]
    [InlineData("BayesianNetworkExtensions.Draw()")]
    [InlineData("PosteriorGroup<TPosterior>")]
    [InlineData("WeightStore")]
    [InlineData("")]
    public void ReportsAMissingName(string name) => Assert.False(Exists(name));

    [Fact]
    public void ReadsATableByItsHeader()
    {
        string[] page =
        [
            "`NotInATable`",
            "| Python | BayesGen | Why |",
            "|---|---|---|",
            "| `A` | `B`, `C.D(e)` and none | `F` |",
            "",
            "| Python | Other |",
            "|---|---|",
            "| `G` | `H` |",
        ];
        (int, string)[] expected = [(4, "B"), (4, "C.D(e)")];
        Assert.Equal(expected, NamesIn(page));
    }

    [Fact]
    public void TheWalkThroughCompilesAgainstTheGeneratedWrapper()
    {
        var blocks = CSharpBlocks(Page()).ToList();
        Assert.True(blocks.Count > 1, "The page has no walk-through.");
        var program = $$"""
            {{blocks[0]}}

            internal static class WalkThrough
            {
                internal static void Run()
                {
            {{string.Join("\n", blocks.Skip(1))}}
                }
            }
            """;

        var output = GeneratorHarness.Run(program).Compiles().Output;

        var wrapper = output.GetTypeByMetadataName(Wrapper);
        Assert.NotNull(wrapper);
        Assert.All(GeneratedNames, name =>
            Assert.Contains(wrapper.GetMembers(name), member => member.DeclaredAccessibility == Accessibility.Public));
    }

    /// <summary>The C# names in the column BayesGen of every table, with their line from 1.</summary>
    private static IEnumerable<(int Line, string Name)> NamesIn(string[] page)
    {
        string[]? header = null;
        for (var i = 0; i < page.Length; i++)
        {
            if (!page[i].StartsWith('|'))
            {
                header = null;
                continue;
            }

            string[] cells = [.. page[i].Trim().Trim('|').Split('|').Select(cell => cell.Trim())];
            header ??= cells;
            Assert.True(cells.Length == header.Length, $"Line {i + 1} has {cells.Length} cells, its table has {header.Length}.");
            var column = Array.IndexOf(header, Column);
            if (column < 0)
                continue;
            foreach (Match code in CodeSpan().Matches(cells[column]))
                yield return (i + 1, code.Groups[1].Value);
        }
    }

    /// <summary>The text of every block of C#.</summary>
    private static IEnumerable<string> CSharpBlocks(string[] page)
    {
        List<string>? block = null;
        foreach (var line in page)
        {
            if (block is null)
            {
                if (line is "```csharp" or "```csharp file")
                    block = [];
            }
            else if (line == "```")
            {
                yield return string.Join("\n", block);
                block = null;
            }
            else
            {
                block.Add(line);
            }
        }
    }

    private static bool Exists(string name)
    {
        var match = Name().Match(name);
        if (!match.Success)
            return false;
        var type = match.Groups["type"].Value;
        var member = match.Groups["member"].Value;
        var parameter = match.Groups["parameter"].Value;
        return type == Wrapper
            ? parameter.Length == 0 && (member.Length == 0 || GeneratedNames.Contains(member))
            : PublicTypes[type].Any(candidate => Has(candidate, member, parameter));
    }

    private static bool Has(Type type, string member, string parameter)
    {
        if (member.Length == 0)
            return parameter.Length == 0 || type.GetConstructors().Any(constructor => Takes(constructor, parameter));
        const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;
        var members = type.GetInterfaces().Prepend(type).SelectMany(declaring => declaring.GetMember(member, Public));
        return parameter.Length == 0 ? members.Any() : members.OfType<MethodInfo>().Any(method => Takes(method, parameter));
    }

    private static bool Takes(MethodBase method, string parameter) => method.GetParameters().Any(candidate => candidate.Name == parameter);

    private static string[] Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "BayesGen.sln")))
            folder = folder.Parent;
        return folder is null
            ? throw new DirectoryNotFoundException($"There is no BayesGen.sln above {AppContext.BaseDirectory}.")
            : File.ReadAllLines(Path.Combine(folder.FullName, "docs", "from-bayes_deep_compression.md"));
    }

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"^(?<type>[A-Za-z_]\w*)(\.(?<member>[A-Za-z_]\w*))?(\((?<parameter>[A-Za-z_]\w*)\))?$")]
    private static partial Regex Name();
}
