using BayesGen.Parameters;

namespace BayesGen.Serialization;

/// <summary>A checkpoint is whole, but belongs to another training: it does not fit the trainer. Nothing was changed.</summary>
public sealed class CheckpointMismatchException : Exception
{
    internal CheckpointMismatchException(IReadOnlyList<string> differences, Exception? inner = null)
        : base(
            $"The checkpoint does not fit this training: {Shown(differences)}. Nothing was changed. Resume with the network and "
            + "the options that it was saved with.",
            inner) => Differences = differences;

    private static string Shown(IReadOnlyList<string> differences) =>
        PlainText.Of(string.Join("; ", PlainText.First(differences, what => what, count => $"and {count} more")));

    /// <summary>What does not fit, one sentence each.</summary>
    public IReadOnlyList<string> Differences { get; }
}
