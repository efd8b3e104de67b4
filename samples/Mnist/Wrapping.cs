using BayesGen;

namespace MnistSample;

/// <summary>A network becomes Bayesian: one layer of it, or the whole of it.</summary>
public static class Wrapping
{
    public static void Show()
    {
        using var oneLayer = new BayesianOneLayerClassifier(new OneLayerClassifier());
        Describe("one layer", oneLayer);

        using var whole = new BayesianClassifier(new Classifier());
        Describe("every layer", whole);

        // Each weight has a posterior and a prior, typed and under the name of its field.
        using var logAlpha = whole.Posterior.Conv1.Weight.LogAlpha().mean();
        Console.WriteLine($"conv1.weight: {nameof(SparseDropoutPosterior)}, log alpha {logAlpha.item<float>():F1} to begin with");
    }

    private static void Describe(string what, IBayesianNetwork model) =>
        Console.WriteLine($"{what}: {model.Arena.BayesianCount:N0} of {model.Arena.TotalCount:N0} weights are Bayesian");
}
