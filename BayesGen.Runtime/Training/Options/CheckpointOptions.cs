using BayesGen.Reporting;
using BayesGen.Training;

namespace BayesGen;

/// <summary>
/// Where and when a training writes checkpoints, so that it can continue after a restart; see <see cref="VariationalTrainer.Resume"/>.
/// </summary>
/// <remarks>
/// A checkpoint is also written when the training ends, and when it is canceled. One that cannot be written is told to
/// <see cref="IReport.OnNotice"/>, and the training continues.
/// </remarks>
public sealed record CheckpointOptions
{
    /// <summary>
    /// The folder, made where there is none. One folder belongs to one training, and while one runs no other may write there. A relative
    /// path is taken in the current directory as the options are made.
    /// </summary>
    public required string Folder
    {
        get;
        init => field = string.IsNullOrWhiteSpace(value) ? value : Path.GetFullPath(value);
    }

    /// <summary>The epochs between two checkpoints, at least 1; null saves at no epoch's end but the last.</summary>
    public int? EveryEpochs { get; init; } = 1;

    /// <summary>The steps between two checkpoints inside epochs, at least 1; null saves at the ends of epochs alone.</summary>
    public int? EverySteps { get; init; }

    /// <summary>The number of checkpoints that stay, the newest ones; at least 1. With more than one a damaged file costs little.</summary>
    public int KeepLast { get; init; } = 3;

    /// <summary>What makes an epoch the best so far, which is then kept as <c>best.safetensors</c>; null keeps no best.</summary>
    public CheckpointScore? KeepBest { get; init; }

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Folder);
        if (EveryEpochs is { } epochs)
            ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1, nameof(EveryEpochs));
        if (EverySteps is { } steps)
            ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1, nameof(EverySteps));
        ArgumentOutOfRangeException.ThrowIfLessThan(KeepLast, 1);
    }
}
