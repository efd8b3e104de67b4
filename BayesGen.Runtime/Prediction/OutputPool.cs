using BayesGen.Data;
using BayesGen.Likelihoods;
using BayesGen.Native;

namespace BayesGen.Prediction;

/// <summary>Runs a batch through all that answers it, and hands every answer over.</summary>
/// <param name="batch">The inputs; only read.</param>
/// <param name="number">The number of the batch in its pass, from 0.</param>
/// <param name="take">Takes one answer, in a dispose scope of its own.</param>
/// <param name="cancellation">Ends it between two answers.</param>
internal delegate void BatchAnswers(Tensor batch, int number, Action<Tensor> take, CancellationToken cancellation);

/// <summary>Makes predictions of several answers to each example: of the members of an ensemble, or of a network under dropout.</summary>
/// <param name="answers">Runs a batch.</param>
/// <param name="options">How to predict.</param>
internal sealed class OutputPool(BatchAnswers answers, PredictionOptions options) : IPredictiveDraws
{
    /// <summary>The pool of a call; null options are the defaults.</summary>
    public static OutputPool Of(int samples, PredictionOptions? options, Func<PredictionOptions, BatchAnswers> answers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var own = options ?? new PredictionOptions();
        return new OutputPool(answers(own), own);
    }

    /// <summary>Classes for the rows of a tensor.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="likelihood">What the outputs are; null is logits [N, C] of classes.</param>
    /// <param name="cancellation">Ends it between two answers.</param>
    public ClassPrediction Classes(Tensor inputs, ClassLikelihood? likelihood, CancellationToken cancellation)
    {
        var sums = new ClassSums(likelihood, options.KeepOutputs);
        Run(inputs, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Numbers for the rows of a tensor.</summary>
    public RegressionPrediction Numbers(Tensor inputs, RegressionLikelihood likelihood, CancellationToken cancellation)
    {
        var sums = new RegressionSums(likelihood);
        Run(inputs, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Judges classes by the targets of a source.</summary>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="likelihood">What the outputs are; null is logits [N, C] of classes.</param>
    /// <param name="outside">Examples of another kind, or null.</param>
    /// <param name="cancellation">Ends it between two answers.</param>
    public ClassEvaluation JudgeClasses(
        BatchSource data, ClassLikelihood? likelihood, BatchSource? outside, CancellationToken cancellation) =>
        JudgedDraws.OfClasses(this, likelihood, data, outside, options.KeepOutputs, cancellation);

    /// <inheritdoc/>
    public void Run(Tensor inputs, IPredictiveSums sums, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var memory = MallocTuning.During(options.ManageMemory);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var number = 0;
        foreach (var batch in PosteriorDraws.Batches(inputs, options.BatchSize))
        {
            using (batch)
                Sum(batch, number++, sums, cancellation);
        }
    }

    /// <inheritdoc/>
    public void Run(BatchSource data, IPredictiveSums sums, Action<Tensor> targets, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var memory = MallocTuning.During(options.ManageMemory);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var number = 0;
        foreach (var (inputs, wanted) in data.InOrder(options.BatchSize))
        {
            try
            {
                Sum(inputs, number++, sums, cancellation);
                targets(wanted);
            }
            finally
            {
                if (data.HandsOverBatches)
                {
                    inputs.Dispose();
                    wanted.Dispose();
                }
            }
        }

        if (sums.Examples == 0)
            throw new ArgumentException("The data is empty: there is nothing to predict.", nameof(data));
    }

    private void Sum(Tensor batch, int number, IPredictiveSums sums, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        answers(batch, number, sums.Add, cancellation);
        sums.EndBatch(batch);
    }
}
