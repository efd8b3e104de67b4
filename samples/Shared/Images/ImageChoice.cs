namespace BayesGen.SampleImages;

/// <summary>Which digits to learn from.</summary>
public enum DataName
{
    /// <summary>Digits that the library draws itself: always at hand.</summary>
    Synthetic,

    /// <summary>Handwritten digits.</summary>
    Mnist,
}

/// <summary>Which images a sample takes.</summary>
/// <param name="IsMnist">Handwritten digits; else those that are built in.</param>
/// <param name="DataDirectory">The folder of their files; null looks in the usual places.</param>
/// <param name="TrainOn">The digits to learn.</param>
/// <param name="Outside">What else is out of distribution, by name.</param>
public sealed record ImageChoice(
    bool IsMnist, string? DataDirectory, IReadOnlyList<int> TrainOn, IReadOnlyList<string> Outside);
