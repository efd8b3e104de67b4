using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Xml.Linq;

namespace BayesGen.Tests.Package;

/// <summary>
/// The packages of this repository in a temporary folder, and room beside them for projects that use them.
/// </summary>
/// <remarks>
/// Each run has a version of its own, so that no package of an earlier run can be taken from NuGet's cache in place of this one.
/// What has been unpacked into the cache is removed at the end.
/// </remarks>
public sealed class PackedRepository : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PackedRepository()
    {
        try
        {
            Pack();
            UseForProjects();
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    public static string Root { get; } = FindRoot();

    public string Version { get; } = $"0.0.0-test.{Guid.NewGuid():N}";

    public string PackageFile => PathOf($"BayesGen.{Version}.nupkg");

    public string TemplateFile => PathOf($"BayesGen.Templates.{Version}.nupkg");

    /// <summary>The version of the backend for a project in the temporary folder: the one in the machine's cache already.</summary>
    public static string TorchSharpVersion { get; } = PropertyIn("Directory.Packages.props", "TorchSharpVersion");

    /// <summary>The version that is published next.</summary>
    public static string NextVersion { get; } = PropertyIn("Directory.Build.props", "Version");

    public string PathOf(params string[] names) => Path.Combine([_folder.Root, .. names]);

    /// <summary>Writes a file of the temporary folder, and the folders it lies in.</summary>
    public void Write(string content, params string[] names)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(names))!);
        File.WriteAllText(PathOf(names), content);
    }

    /// <summary>Restores a project of the temporary folder.</summary>
    public void Restore(string project)
    {
        // NuGet would ask every source for a version it has not seen. As a rule its cache has all but this package, and then no server
        // is needed; the sources of the machine join in where it has not.
        string[] restore = ["restore", "-p:NuGetAudit=false"];
        if (DotnetCommand.Build(project, [.. restore, "--source", _folder.Root]).ExitCode != 0)
            DotnetCommand.Build(project, restore).Succeeds();
    }

    public void Dispose()
    {
        foreach (var assets in Directory.EnumerateFiles(_folder.Root, "project.assets.json", SearchOption.AllDirectories))
        {
            foreach (var package in new[] { "bayesgen", "bayesgen.datasets", "bayesgen.plots" })
            {
                var unpacked = Path.Combine(PackageCacheOf(assets), package, Version);
                if (Directory.Exists(unpacked))
                    Directory.Delete(unpacked, recursive: true);
            }
        }

        _folder.Dispose();
    }

    /// <summary>Packs what has been built: the assemblies are in use by the tests and must not be rebuilt.</summary>
    private void Pack() =>
        DotnetCommand.Build(
            Root, "pack", "BayesGen.sln", "--no-build", "-c", Configuration,
            $"-p:Version={Version}", $"-p:PackageOutputPath={_folder.Root}", $"-p:NuspecOutputPath={PathOf("nuspec")}").Succeeds();

    private void UseForProjects()
    {
        // Beside the sources of the machine, which have Torch.
        Write(
            $"""<configuration><packageSources><add key="packed" value="{_folder.Root}" /></packageSources></configuration>""",
            "nuget.config");
        // The SDK that builds the repository, and no settings of whatever lies above the temporary folder.
        File.Copy(Path.Combine(Root, "global.json"), PathOf("global.json"));
        foreach (var file in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            Write("<Project />", file);
    }

    private static string PackageCacheOf(string assetsFile)
    {
        using var assets = JsonDocument.Parse(File.ReadAllText(assetsFile));
        return assets.RootElement.GetProperty("packageFolders").EnumerateObject().First().Name;
    }

    private static string PropertyIn(string file, string name) =>
        XDocument.Load(Path.Combine(Root, file)).Descendants(name).Single().Value;

    private static string Configuration =>
        typeof(PackedRepository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private static string FindRoot([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
