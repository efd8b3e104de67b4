using System.Text;
using BayesGen.Serialization;

namespace BayesGen.Export;

/// <summary>The file that an export writes: whole or not at all, and over nothing that was not meant.</summary>
internal static class ExportTarget
{
    /// <summary>Writes text.</summary>
    public static ExportReport Write(string path, bool overwrite, Func<TextWriter, ExportReport> write)
    {
        Require(path, overwrite);
        using var writer = new StringWriter();
        var report = write(writer);
        Put(path, Encoding.UTF8.GetBytes(writer.ToString()));
        return report;
    }

    /// <summary>Refuses before any work what could not be written after it.</summary>
    public static void Require(string path, bool overwrite)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!overwrite && Path.Exists(path))
            throw new IOException($"'{path}' exists. Name another file, delete it, or set Overwrite in the options.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is not null && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The folder '{folder}' does not exist. Make it first, or name another file.");
    }

    /// <summary>Writes bytes, whole or not at all.</summary>
    public static void Put(string path, byte[] bytes) => AtomicFile.Write(path, stream => stream.Write(bytes));
}
