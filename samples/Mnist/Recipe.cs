namespace MnistSample;

/// <summary>How long and how hard to train.</summary>
/// <param name="Epochs">Passes over the training data.</param>
/// <param name="BatchSize">Examples in a step.</param>
/// <param name="LearningRate">
/// Of Adam. It also decides how far log alpha travels: about this much in a step, from -4 at the start to beyond 0 for a weight that is
/// not needed.
/// </param>
/// <param name="WarmUp">Epochs in which beta rises from 0.</param>
/// <param name="Beta">The weight of the divergence after that; 1 is the ELBO.</param>
public sealed record Recipe(int Epochs, int BatchSize, double LearningRate, double WarmUp, double Beta)
{
    public static Recipe For(Options options)
    {
        var recipe = options.Data == DataName.Synthetic
            ? new Recipe(Epochs: 9, BatchSize: 100, LearningRate: 3e-3, WarmUp: 2, Beta: 0.2)
            : new Recipe(Epochs: 7, BatchSize: 200, LearningRate: 4e-3, WarmUp: 2, Beta: 1);
        return recipe with { Epochs = options.Epochs ?? recipe.Epochs, BatchSize = options.BatchSize ?? recipe.BatchSize };
    }
}
