namespace BayesGen.Tests;

/// <summary>The source files of the runtime, for tests of what it may call.</summary>
internal static class RuntimeSources
{
    /// <summary>Each file by its path within the project, with its text.</summary>
    public static IReadOnlyList<(string Name, string Text)> All()
    {
        var folder = Path.Combine(Package.PackedRepository.Root, "BayesGen.Runtime");
        return [.. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Name: Path.GetRelativePath(folder, path), Path: path))
            .Where(file => file.Name.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj" or "build"))
            .Select(file => (file.Name, File.ReadAllText(file.Path)))];
    }
}
