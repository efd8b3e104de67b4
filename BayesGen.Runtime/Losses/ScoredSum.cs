using BayesGen.Kernels;
using BayesGen.Variational;

namespace BayesGen;

/// <summary>The sum of a number per weight over all runs of a family.</summary>
internal static class ScoredSum
{
    public static Tensor Of<TPosterior>(
        IReadOnlyList<IScoredWeights<TPosterior>> weights, Func<IScoredWeights<TPosterior>, Tensor> perWeight)
        where TPosterior : class => OfRuns(weights, run =>
    {
        using var scores = perWeight(run);
        return run.Sum(scores);
    });

    /// <param name="weights">The runs.</param>
    /// <param name="ofRun">The sum over one run.</param>
    public static Tensor OfRuns<TPosterior>(
        IReadOnlyList<IScoredWeights<TPosterior>> weights, Func<IScoredWeights<TPosterior>, Tensor> ofRun)
        where TPosterior : class
    {
        Tensor? sum = null;
        foreach (var part in weights.Select(ofRun))
            sum = sum is null ? part : sum.AddTo(part.to(sum.dtype, sum.device));
        return sum ?? throw new ArgumentException("There are no weights to score.", nameof(weights));
    }
}
