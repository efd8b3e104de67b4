using BayesGen.Noise;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>A place inside an epoch: what the loop over batches knows that the network and the optimizer do not.</summary>
internal sealed class EpochCursor : IDisposable
{
    private const string StepName = "epoch.step";
    private const string RandomName = "random";
    private const string RandomOfEpochName = "random_of_epoch";

    /// <summary>The batches that are done.</summary>
    public int Step { get; set; }

    /// <summary>The steps among them that were skipped.</summary>
    public int Skipped { get; set; }

    /// <summary>The means over them.</summary>
    public RunningMeans Means { get; } = new();

    /// <summary>
    /// The state of Torch's generator when the epoch began, so that a source that draws its order from it draws the same again; null where
    /// nobody will ask.
    /// </summary>
    public Tensor? RandomOfEpoch { get; set; }

    /// <summary>The state of Torch's generator at this place, to continue with; null in an epoch that was not taken up.</summary>
    public Tensor? Random { get; private set; }

    /// <summary>The count of a source that counts its own passes, from a checkpoint; null where the source is still to be asked.</summary>
    public int? SourceEpoch { get; private set; }

    /// <summary>Whether a checkpoint was written inside an epoch.</summary>
    public static bool IsInsideEpoch(CheckpointContent content) => content.Count(StepName) > 0;

    /// <summary>What in a checkpoint is not a state of Torch's generator, which would end the process over it.</summary>
    public static IEnumerable<string> Faults(CheckpointContent content) => new[] { RandomName, RandomOfEpochName }
        .Where(name => content.Tensors.TryGetValue(name, out var state) && !TorchRandom.IsState(state))
        .Select(name => $"its tensor '{name}' is not a state of Torch's generator");

    /// <summary>The place in a checkpoint.</summary>
    /// <exception cref="CheckpointMismatchException">Something of it is missing.</exception>
    public static EpochCursor Load(CheckpointContent content)
    {
        var cursor = new EpochCursor();
        cursor.Exchange(CheckpointFields.ReadFrom(content), null);

        // At the start of an epoch one state is both: what the source may draw its order from, and what the first step continues with.
        var isInside = content.Tensors.TryGetValue(RandomOfEpochName, out var ofEpoch);
        cursor.RandomOfEpoch = Kept(isInside ? ofEpoch! : content.Tensor(RandomName));
        cursor.Random = isInside ? Kept(content.Tensor(RandomName)) : null;
        return cursor;

        static Tensor Kept(Tensor state)
        {
            using var _ = no_grad();
            return state.clone().DetachFromDisposeScope();
        }
    }

    /// <summary>Writes the place down, and the state of Torch's generator now. The tensors are live, or new.</summary>
    /// <param name="content">The checkpoint.</param>
    /// <param name="sourceEpoch">The count of a source that counts its own passes now; null for others.</param>
    public void Save(CheckpointContent content, int? sourceEpoch)
    {
        Exchange(CheckpointFields.WriteTo(content), sourceEpoch);
        content.Tensors.Add(RandomName, TorchRandom.Read());
        if (this is { Step: > 0, RandomOfEpoch: { } random })
            content.Tensors.Add(RandomOfEpochName, random);
    }

    /// <summary>Gives Torch's generator the state of this place, once.</summary>
    public void TakeRandom()
    {
        if (Random is not { } random)
            return;
        TorchRandom.Write(random);
        Random = null;
        random.Dispose();
    }

    public void Dispose()
    {
        RandomOfEpoch?.Dispose();
        Random?.Dispose();
    }

    private void Exchange(CheckpointFields fields, int? sourceEpoch)
    {
        Step = fields.Count(StepName, Step);
        Skipped = fields.Count("epoch.skipped", Skipped);
        var own = (int?)fields.Known("source_epoch", sourceEpoch, most: int.MaxValue);
        if (fields.IsReading)
            SourceEpoch = own;
        Means.Exchange(fields);
    }
}
