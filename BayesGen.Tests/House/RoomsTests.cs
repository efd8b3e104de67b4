namespace BayesGen.Tests.House;

/// <summary>The rooms of the runtime are its folders. Arrows between them go one way, and docs/rooms.md shows them as they are.</summary>
public class RoomsTests
{
    private static readonly string[] OnTheFirstPage = ["Attributes/", "Losses/", "Training/Options/", "Verbs/"];

    private static string Page => Path.Combine(Package.PackedRepository.Root, "docs", "rooms.md");

    [Fact]
    public void NoRoomReachesItself() => Assert.Empty(
        RuntimeRooms.Current.RoomCycles().Select(cycle => string.Join(", ", cycle)));

    [Fact]
    public void EveryArrowOfTheAssemblyIsSeen()
    {
        Assert.True(RuntimeRooms.Current.Rooms.Count() > 8);
        Assert.True(RuntimeRooms.Current.Arrows.Values.Sum() > 200);
        Assert.Contains(("Training", "Parameters"), RuntimeRooms.Current.Arrows.Keys);
        Assert.Equal(RuntimeRooms.Current.Rooms.Count(), RuntimeRooms.Current.Floors().Sum(floor => floor.Count));
    }

    /// <summary>build/draw-rooms.sh writes the page again.</summary>
    [Fact]
    public void ThePageOfTheRoomsShowsWhatTheAssemblyDoes()
    {
        var text = File.ReadAllText(Page);
        var (from, to) = (text.IndexOf("```text\n", StringComparison.Ordinal), text.IndexOf("\n```\n", StringComparison.Ordinal) + 5);
        var drawn = RuntimeRooms.Current.Drawn();
        if (Environment.GetEnvironmentVariable("BAYESGEN_DRAW_ROOMS") == "1")
            File.WriteAllText(Page, text[..from] + drawn + text[to..]);
        else
            Assert.Equal(drawn, text[from..to]);
    }

    /// <summary>Each cycle of files within a room stands on the page with its reason; every other one is a fault.</summary>
    [Fact]
    public void FilesOfARoomThatNeedEachOtherStandOnThePageWithAReason()
    {
        var lines = File.ReadAllLines(Page).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();
        foreach (var cycle in RuntimeRooms.Current.FileCycles())
        {
            var names = string.Join(", ", cycle.Select(file => $"`{file}`"));
            Assert.True(lines.Any(line => line.StartsWith($"| {names} |", StringComparison.Ordinal)),
                $"No line of docs/rooms.md says why: | {names} |");
        }

        Assert.Equal(RuntimeRooms.Current.FileCycles().Count, lines.Count);
    }

    [Fact]
    public void ANamespaceIsAFolder() => Assert.All(RuntimeRooms.Current.Files.Where(type => !IsText(type.Key)), type =>
    {
        var expected = OnTheFirstPage.Any(folder => type.Value[0].StartsWith(folder, StringComparison.Ordinal))
            ? "BayesGen"
            : $"BayesGen.{RuntimeRooms.RoomOf(type.Value[0])}";
        Assert.True(
            type.Key[..type.Key.LastIndexOf('.')] == expected,
            $"{type.Key} stands in {type.Value[0]}: its namespace should be {expected}.");
    });

    /// <summary>What C# files are made of has a namespace of its own, so that nothing else reaches it by chance.</summary>
    private static bool IsText(string type) => type.StartsWith("BayesGen.Export.Emitted.", StringComparison.Ordinal);

    [Fact]
    public void NoFileIsADumpingGround() => Assert.All(
        RuntimeSources.All(), file => Assert.DoesNotMatch("Utils|Helper|Misc|Common", Path.GetFileName(file.Name)));
}
