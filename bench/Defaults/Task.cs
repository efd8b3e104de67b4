namespace BayesGen.Benchmarks.Defaults;

/// <summary>Something to train and judge.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Run">Trains by a seed and says what came of it.</param>
internal sealed record Task(string Name, Func<int, string> Run)
{
    /// <summary>The classes of a data set.</summary>
    public static int[] Labels(BayesGen.Data.TensorDataSet data) => [.. data.Targets.data<long>().Select(target => (int)target)];
}
