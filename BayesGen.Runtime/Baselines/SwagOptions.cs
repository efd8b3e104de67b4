namespace BayesGen.Baselines;

/// <summary>What SWAG collects, and how <see cref="Swag.Train"/> walks: a value that never changes.</summary>
public sealed record SwagOptions
{
    /// <summary>
    /// The number K of deviations from the mean that are kept, the last ones: the rank of the covariance beside its diagonal. 0 keeps the
    /// diagonal alone; else at least 2.
    /// </summary>
    public int Rank { get; init; } = 20;

    /// <summary>The number of epochs that are walked and collected after the training; at least 2.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>
    /// The constant rate of that walk by SGD with a momentum of 0.9, above 0. A larger one walks wider: try some, and judge by the NLL of
    /// a validation set.
    /// </summary>
    public double LearningRate { get; init; } = 0.01;

    internal void Validate()
    {
        if (Rank is < 0 or 1)
            throw new ArgumentOutOfRangeException(
                nameof(Rank), Rank, "The rank is 0 for the diagonal alone, or at least 2: a covariance of one deviation is none.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 2);
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate is positive and finite.");
    }
}
