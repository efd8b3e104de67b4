namespace BayesGen.Datasets;

/// <summary>A data file does not hold what it should: wrong magic number, truncated, trailing bytes, broken gzip, wrong checksum.</summary>
public sealed class DataFormatException : IOException
{
    /// <summary>A file that is not what it should be; the message names the file, what was expected and what was found.</summary>
    public DataFormatException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
