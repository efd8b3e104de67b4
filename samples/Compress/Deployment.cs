namespace CompressSample;

/// <summary>What a program brings along.</summary>
public static class Deployment
{
    /// <summary>The bytes of the native libraries of Torch beside this program.</summary>
    public static long BytesOfTorch() => Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(path) is var name
            && (name.Contains("torch", StringComparison.OrdinalIgnoreCase) || name.Contains("libc10", StringComparison.Ordinal)
                || name.Contains("libgomp", StringComparison.Ordinal)))
        .Sum(path => new FileInfo(path).Length);
}
