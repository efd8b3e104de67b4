namespace BayesGen.Tests.House;

/// <summary>A file is short enough to be read at once.</summary>
public class FileLengthTests
{
    private const int MostLines = 300;

    [Fact]
    public void NoFileIsLong()
    {
        var root = Package.PackedRepository.Root;
        List<string> files = [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path))
            .Where(name => !name.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" || part.StartsWith('.')))
            .Where(name => !name.Contains(".verified.") && !name.Contains(".received."))];
        Assert.True(files.Count > 600);
        List<string> tooLong = [.. files
            .Select(name => (Name: name, Lines: File.ReadAllLines(Path.Combine(root, name)).Length))
            .Where(file => file.Lines > MostLines)
            .Select(file => $"{file.Name} has {file.Lines} lines")];
        Assert.True(tooLong.Count == 0, string.Join(Environment.NewLine, tooLong));
    }
}
