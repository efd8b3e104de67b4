namespace BayesGen.Datasets;

/// <summary>No mirror gave a file of the data set; the message lists what each of them answered and what to do instead.</summary>
public sealed class DataDownloadException : IOException
{
    /// <summary>A download that failed on every mirror.</summary>
    public DataDownloadException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
