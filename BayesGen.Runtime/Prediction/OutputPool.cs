using BayesGen.Data;
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
internal sealed class OutputPool(BatchAnswers answers, PredictionOptions options)
{
    /// <summary>The pool of a call; null options are the defaults.</summary>
    public static OutputPool Of(int samples, PredictionOptions? options, Func<PredictionOptions, BatchAnswers> answers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var own = options ?? new PredictionOptions();
        return new OutputPool(answers(own), own);
    }

    /// <summary>Classes for the rows of a tensor.</summary>
    public ClassPrediction Classes(Tensor inputs, CancellationToken cancellation)
    {
        var sums = new ClassSums(likelihood: null, options.KeepOutputs);
        Run(inputs, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Numbers for the rows of a tensor.</summary>
    public RegressionPrediction Numbers(Tensor inputs, GaussianNoise noise, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(noise);
        var sums = new RegressionSums(noise);
        Run(inputs, sums, cancellation);
        return sums.Finish();
    }

    /// <summary>Judges classes by the targets of a source.</summary>
    public ClassEvaluation JudgeClasses(BatchSource data, BatchSource? outside, CancellationToken cancellation)
    {
        var targets = new List<int>();
        var inside = Of(data, batch => targets.AddRange(PlainNumbers.Classes(batch)));
        var evaluation = ClassEvaluation.Of(inside, targets);
        return outside is null
            ? evaluation
            : evaluation with { OutOfDistribution = OutOfDistribution.Of(inside, Of(outside, _ => { })) };

        ClassPrediction Of(BatchSource source, Action<Tensor> take)
        {
            var sums = new ClassSums(likelihood: null, options.KeepOutputs);
            Run(source, sums, take, cancellation);
            return sums.Finish();
        }
    }

    /// <summary>Judges numbers by the targets of a source.</summary>
    public RegressionEvaluation JudgeNumbers(
        BatchSource data, GaussianNoise noise, IReadOnlyList<double>? levels, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(noise);
        var sums = new RegressionSums(noise);
        var targets = new List<double[]>();
        Run(data, sums, batch => targets.AddRange(PlainNumbers.Rows(batch)), cancellation);
        return RegressionEvaluation.Of(sums.Finish(), targets, levels);
    }

    /// <summary>Answers the rows of a tensor, for sums of any kind.</summary>
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

    /// <summary>Answers all examples of a source, and hands every batch of targets over.</summary>
    public void Run(BatchSource data, IPredictiveSums sums, Action<Tensor> targets, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var memory = MallocTuning.During(options.ManageMemory);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var number = 0;
        foreach (var (inputs, wanted) in data.Batches(options.BatchSize, shuffle: false, seed: 0, epoch: 0))
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
