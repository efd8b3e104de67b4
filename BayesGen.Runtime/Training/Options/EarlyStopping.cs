using BayesGen.Reporting;

namespace BayesGen;

/// <summary>
/// Ends a training that does not get better any more, and gives back the network of its best epoch. Train then returns its result as
/// usual, with <see cref="TrainingResult.StoppedEarly"/> and <see cref="TrainingResult.BestEpoch"/>.
/// </summary>
/// <remarks>
/// Epochs in which beta is still on its way neither count nor can be the best: a network that does not pay for its weights yet fits better
/// than it will. Set TrainerOptions.Epochs to the most that you would wait for. Where TrainerOptions.Beta is null, its warm-up then takes
/// half of the epochs, 10 at most. A training that ends before beta has arrived has no best epoch, and a notice says so. A training that
/// has stopped stays stopped, also when it is resumed: another Train does nothing but say so. Make a new trainer to train on.
/// </remarks>
/// <example><c>new TrainerOptions { Epochs = 200, EarlyStopping = new() { Patience = 5 } }</c></example>
public sealed record EarlyStopping
{
    /// <summary>What makes an epoch better than another; the ELBO on the validation data by default.</summary>
    public CheckpointScore Monitor { get; init; } = CheckpointScore.Elbo;

    /// <summary>The epochs in a row without improvement after which the training ends; at least 1.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>How much better than the best so far an epoch must be to count as an improvement; finite, not negative.</summary>
    public double MinimalImprovement { get; init; }

    /// <summary>Whether the network is that of the best epoch in the end, also where the training was not stopped early.</summary>
    public bool RestoreBest { get; init; } = true;

    internal void Validate()
    {
        if (Monitor is null)
            throw new ArgumentException("EarlyStopping.Monitor is null; CheckpointScore has the usual ones.", nameof(Monitor));
        ArgumentOutOfRangeException.ThrowIfLessThan(Patience, 1);
        if (!double.IsFinite(MinimalImprovement) || MinimalImprovement < 0)
            throw new ArgumentOutOfRangeException(
                nameof(MinimalImprovement), MinimalImprovement, "The improvement that counts is finite and not negative.");
    }
}
