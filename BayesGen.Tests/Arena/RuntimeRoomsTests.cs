namespace BayesGen.Tests;

/// <summary>
/// Arrows between the rooms of the runtime go one way: a room uses no type of a room it may not use, by name or without one.
/// </summary>
public class RuntimeRoomsTests
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
    public void RoomsUseOnlyTheRoomsTheyMay()
    {
        Assert.Equal(MayUse.Keys.Order(), RuntimeSources.All().Select(file => Room(file.Name)).Distinct().Order());
        var uses = RuntimeUses.All;
        Assert.True(uses.Select(use => use.Type).Distinct().Count() > 60);
        List<string> broken = [.. uses
            .Where(use => Room(use.File) != Room(use.Owner) && !MayUse[Room(use.File)].Contains(Room(use.Owner)))
            .Select(use => $"{use.File} uses {use.Type} of {Room(use.Owner)}")];
        Assert.True(broken.Count == 0, string.Join(Environment.NewLine, broken));
    }

    /// <summary>An arrow that is allowed and that nothing goes along would hide the next one.</summary>
    [Fact]
    public void EveryAllowedDependencyIsUsed()
    {
        var used = RuntimeUses.All.Select(use => (Room(use.File), Room(use.Owner))).ToHashSet();
        Assert.Equal([], MayUse.SelectMany(room => room.Value.Select(owner => (room.Key, owner))).Where(arrow => !used.Contains(arrow)));
    }

    [Fact]
    public void ADependencyWithoutATypeNameIsFound()
    {
        var uses = RuntimeUses.In(
        [
            ("Low/Thing.cs", "namespace BayesGen; internal sealed class Thing { public int Size => 1; }"),
            ("Middle/Store.cs", "namespace BayesGen; internal static class Store { public static Thing Current() => new(); }"),
            ("High/Reader.cs", "namespace BayesGen; internal static class Reader { public static int Read() => Store.Current().Size; }"),
        ]);
        Assert.Contains((Path("High", "Reader.cs"), "Thing", Path("Low", "Thing.cs")), uses);

        static string Path(string room, string file) => $"{room}/{file}";
    }

    [Fact]
    public void NoFileIsNamedUtilsOrHelper() => Assert.All(
        RuntimeSources.All(), file => Assert.DoesNotMatch("Utils|Helper|Misc|Common", Path.GetFileName(file.Name)));

    private static string Room(string file) => file.Split('/', '\\')[0];
}
