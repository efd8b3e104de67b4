using System.Xml.Linq;

namespace BayesGen.Tests.Package;

/// <summary>What a package shows of itself, by the files it is packed from.</summary>
public sealed class PackageMetadataTests
{
    public static TheoryData<string> Packages =>
    [
        .. Directory.EnumerateFiles(PackedRepository.Root, "*.csproj", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(PackedRepository.Root, path))
            .Where(project => !project.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Where(project => PropertyIn(Path.Combine(PackedRepository.Root, project), "IsPackable") == "true")
            .Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void SevenProjectsArePackages() => Assert.Equal(7, Packages.Count);

    [Theory]
    [MemberData(nameof(Packages))]
    public void APackageSaysWhatItIs(string project)
    {
        var path = Path.Combine(PackedRepository.Root, project);
        var description = PropertyIn(path, "Description");
        Assert.NotNull(description);
        // A search shows the first lines, and NuGet takes no more than 4,000 letters.
        Assert.InRange(description.Length, 40, 400);
        Assert.EndsWith(".", description);
        var tags = PropertyIn(path, "PackageTags")?.Split(';') ?? [];
        Assert.InRange(tags.Length, 4, 20);
        Assert.Equal(tags.Length, tags.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.DoesNotContain(tags, tag => tag.Contains(' ', StringComparison.Ordinal) || tag.Length == 0);
        // NuGet shows the README without the repository around it, so no link in it may be relative.
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "README.md"));
        Assert.StartsWith($"# {PropertyIn(path, "PackageId") ?? Path.GetFileNameWithoutExtension(path)}\n", readme);
        foreach (var address in readme.Split("](").Skip(1).Select(rest => rest[..rest.IndexOf(')', StringComparison.Ordinal)]))
            Assert.StartsWith("https://", address);
    }

    /// <summary>A link into the repository is to a file that is there.</summary>
    [Theory]
    [MemberData(nameof(Packages))]
    public void LinksOfAReadmeLeadToFilesOfTheRepository(string project)
    {
        var readme = File.ReadAllText(Path.Combine(PackedRepository.Root, Path.GetDirectoryName(project)!, "README.md"));
        foreach (var kind in new[] { "/blob/main/", "/tree/main/" })
            foreach (var rest in readme.Split(Shared("RepositoryUrl") + kind).Skip(1))
            {
                var file = rest[..rest.IndexOf(')', StringComparison.Ordinal)];
                Assert.True(Path.Exists(Path.Combine(PackedRepository.Root, file)), $"{project} links to {file}, which is not there.");
            }
    }

    [Fact]
    public void WhatAllPackagesShareIsThere()
    {
        Assert.Equal("MIT", Shared("PackageLicenseExpression"));
        Assert.Equal("git", Shared("RepositoryType"));
        Assert.Equal("true", Shared("Deterministic"));
        Assert.Equal("true", Shared("EmbedUntrackedSources"));
        Assert.Equal("embedded", Shared("DebugType"));
        Assert.Equal("README.md", Shared("PackageReadmeFile"));
        Assert.Equal("$(RepositoryUrl)/blob/main/CHANGELOG.md", Shared("PackageReleaseNotes"));
        // NuGet takes an icon of one megabyte, and shows it at 128 by 128.
        var icon = File.ReadAllBytes(Path.Combine(PackedRepository.Root, "build", Shared("PackageIcon")!));
        Assert.InRange(icon.Length, 1_000, 50_000);
        using var bitmap = SkiaSharp.SKBitmap.Decode(icon);
        Assert.Equal((128, 128), (bitmap.Width, bitmap.Height));
    }

    /// <summary>The changelog knows the version that is packed next, and packing compares with the last release that it lists.</summary>
    [Fact]
    public void TheChangelogKnowsTheNextVersion()
    {
        var changelog = File.ReadAllText(Path.Combine(PackedRepository.Root, "CHANGELOG.md"));
        Assert.Contains($"\n## Unreleased ({PackedRepository.NextVersion})\n", changelog);
        var released = changelog.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Skip(1)
            .Select(line => line.Split(' ')[1]).FirstOrDefault("");
        Assert.Equal(released, Shared("PackageValidationBaselineVersion"));
    }

    private static string? Shared(string name) => PropertyIn(Path.Combine(PackedRepository.Root, "Directory.Build.props"), name);

    private static string? PropertyIn(string path, string name) =>
        XDocument.Load(path).Descendants(name).FirstOrDefault(element => element.Attribute("Condition") is null)?.Value;
}
