namespace BayesGen.Reporting;

/// <summary>The end of a file of lines that is added to: a process that was killed leaves its last line cut.</summary>
internal static class LineEnd
{
    /// <summary>Whether a file holds something and its last line is not ended, so that the next one would be glued to it.</summary>
    public static bool IsMissing(string path)
    {
        if (!File.Exists(path))
            return false;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (!file.CanSeek || file.Length == 0)
            return false;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != '\n';
    }
}
