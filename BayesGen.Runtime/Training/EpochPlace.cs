namespace BayesGen.Training;

/// <summary>A place inside an epoch: what the loop over batches knows that the network and the optimizer do not.</summary>
internal sealed class EpochPlace : IDisposable
{
    /// <summary>The batches that are done.</summary>
    public int Step { get; set; }

    /// <summary>The steps among them that were skipped.</summary>
    public int Skipped { get; set; }

    /// <summary>The means over them.</summary>
    public RunningMeans Sums { get; } = new();

    /// <summary>
    /// The state of Torch's generator when the epoch began, so that a source that draws its order from it draws the same again; null where
    /// nobody will ask.
    /// </summary>
    public Tensor? RandomOfEpoch { get; set; }

    /// <summary>The state of Torch's generator at this place, to continue with; null in an epoch that was not taken up.</summary>
    public Tensor? Random { get; set; }

    /// <summary>The count of a source that counts its own passes; null where the source is still to be asked.</summary>
    public int? SourceEpoch { get; set; }

    public void Dispose()
    {
        RandomOfEpoch?.Dispose();
        Random?.Dispose();
    }
}
