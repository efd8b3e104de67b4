namespace BayesGen.Tests;

/// <summary>The files of a room use each other one way, so that each can be read with what it uses already known.</summary>
public class RuntimeFileCycleTests
{
    /// <summary>Arrows that go back, and why.</summary>
    private static readonly Dictionary<(string File, string Uses), string> Back = new()
    {
        [("Training/TrainerOptions.cs", "Training/VariationalTrainer.cs")] = "a hook is given its trainer",
        [("Training/TrainerOptions.cs", "Training/IGradientGatherer.cs")] = "options say who gathers gradients",
        [("Losses/VariationalLoss.cs", "Losses/ElboLoss.cs")] = "the base names the losses that can score a family in an error",
        [("Losses/VariationalLoss.cs", "Losses/LogUniformKLLoss.cs")] = "likewise",
        [("Losses/VariationalLoss.cs", "Losses/GaussianKLLoss.cs")] = "likewise",
        [("Losses/VariationalLoss.cs", "Losses/RenyiLoss.cs")] = "likewise",
    };

    [Theory]
    [InlineData("Losses")]
    [InlineData("Training")]
    public void FilesOfARoomGoNoCircle(string room)
    {
        Assert.Equal([], InCircles(room, Back.Keys));
        foreach (var arrow in Back.Keys.Where(arrow => arrow.File.StartsWith(room + "/", StringComparison.Ordinal)))
            Assert.True(InCircles(room, Back.Keys.Except([arrow])).Count > 0, $"{arrow} goes no circle, and need not be excused.");
    }

    /// <summary>The files of a room that are left when those that use none of the others are taken away again and again.</summary>
    private static List<string> InCircles(string room, IEnumerable<(string File, string Uses)> excused)
    {
        var arrows = RuntimeUses.All.Select(use => (File: use.File.Replace('\\', '/'), Uses: use.Owner.Replace('\\', '/')))
            .Where(arrow => Room(arrow.File) == room && Room(arrow.Uses) == room).Except(excused).ToHashSet();
        while (arrows.RemoveWhere(arrow => !arrows.Any(other => other.File == arrow.Uses)) > 0)
            continue;
        while (arrows.RemoveWhere(arrow => !arrows.Any(other => other.Uses == arrow.File)) > 0)
            continue;
        return [.. arrows.Select(arrow => $"{arrow.File} -> {arrow.Uses}").Order(StringComparer.Ordinal)];

        static string Room(string file) => file.Split('/')[0];
    }
}
