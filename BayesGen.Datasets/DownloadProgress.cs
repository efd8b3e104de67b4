namespace BayesGen.Datasets;

/// <summary>How far the download of one file has come.</summary>
/// <param name="FileName">The file under way.</param>
/// <param name="Received">Bytes received so far.</param>
/// <param name="Total">Bytes of the whole file, or null where the server does not say.</param>
/// <param name="Source">Where it comes from.</param>
public readonly record struct DownloadProgress(string FileName, long Received, long? Total, Uri Source);
