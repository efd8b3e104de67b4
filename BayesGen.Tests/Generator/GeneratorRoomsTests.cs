using BayesGen.Tests.Package;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>Arrows between the rooms of the generator go one way. A room is a folder and a namespace.</summary>
public sealed class GeneratorRoomsTests
{
    private const string Namespace = "BayesGen.SourceGeneration";

    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Names"] = [],
        ["Model"] = [],
        ["Diagnostics"] = [],
        ["Symbols"] = ["Names"],
        ["Layers"] = ["Symbols"],
        ["Reading"] = ["Diagnostics", "Layers", "Model", "Names", "Symbols"],
        ["Bodies"] = ["Diagnostics", "Layers", "Model", "Reading", "Symbols"],
        ["Schema"] = ["Layers", "Model", "Reading", "Symbols"],
        ["Caching"] = ["Graphs", "Model", "Reading", "Symbols"],
        ["Emission"] = ["Model", "Names"],
        ["Graphs"] = ["Emission", "Layers", "Model", "Names", "Symbols"],
        ["Analyzers"] = ["Bodies", "Diagnostics", "Graphs", "Layers", "Model", "Reading", "Schema", "Symbols"],
    };

    /// <summary>Rooms whose values stay in the pipeline, or become text, hold nothing of the compiler.</summary>
    private static readonly string[] WithoutRoslyn = ["Names", "Model", "Emission"];

    [Fact]
    public void EveryFolderIsARoom() => Assert.Equal(MayUse.Keys.Order(), Files().Select(file => file.Room).Distinct().Order());

    [Fact]
    public void TheNamespaceOfAFileIsItsFolder() => Assert.All(
        Files(), file => Assert.Contains($"namespace {Namespace}.{file.Room};", File.ReadLines(file.Path)));

    [Fact]
    public void ARoomUsesTheRoomsThatItMay() => Assert.Equal(
        [],
        Arrows().Where(arrow => !MayUse[arrow.Room].Contains(arrow.Used)).Select(arrow => $"{arrow.File} uses {arrow.Used}"));

    /// <summary>An arrow that is allowed and that nothing goes along would hide the next one.</summary>
    [Fact]
    public void EveryArrowIsUsed() => Assert.Equal(
        [],
        MayUse.SelectMany(room => room.Value.Select(used => (room.Key, used)))
            .Except(Arrows().Select(arrow => (arrow.Room, arrow.Used))));

    [Fact]
    public void ModelsAndWhatIsWrittenFromThemHoldNothingOfTheCompiler() => Assert.Equal(
        [],
        Files().Where(file => WithoutRoslyn.Contains(file.Room)
            && Usings(file.Path).Any(line => line.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)))
            .Select(file => file.Path));

    private static IEnumerable<(string File, string Room, string Used)> Arrows() =>
        from file in Files()
        from line in Usings(file.Path)
        where line.StartsWith(Namespace + ".", StringComparison.Ordinal)
        let used = line[(Namespace.Length + 1)..].Split('.')[0]
        where used != file.Room
        select (Path.GetFileName(file.Path), file.Room, used);

    /// <summary>What the using directives of a file name.</summary>
    private static IEnumerable<string> Usings(string path) => File.ReadLines(path)
        .Where(line => line.StartsWith("using ", StringComparison.Ordinal))
        .Select(line => line["using ".Length..].Replace("static ", "").TrimEnd(';'));

    private static IEnumerable<(string Room, string Path)> Files() =>
        from folder in Directory.EnumerateDirectories(Path.Combine(PackedRepository.Root, "BayesGen.Generator"))
        let room = Path.GetFileName(folder)
        where room is not ("bin" or "obj")
        from path in Directory.EnumerateFiles(folder, "*.cs")
        select (room, path);
}
