using BayesGen.Data;
using BayesGen.Likelihoods;

namespace BayesGen.Prediction;

/// <summary>Draws that answer examples whose targets are known, and what the answers are worth.</summary>
internal static class JudgedDraws
{
    /// <summary>Predicts classes and judges them.</summary>
    /// <param name="draws">The draws.</param>
    /// <param name="likelihood">What the outputs are; null is logits [N, C] of classes.</param>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="outside">Examples of another kind, or null.</param>
    /// <param name="keepOutputs">Whether the logits of every draw are kept.</param>
    /// <param name="cancellation">Ends it between two samples.</param>
    public static ClassEvaluation OfClasses(
        IPredictiveDraws draws, ClassLikelihood? likelihood, BatchSource data, BatchSource? outside, bool keepOutputs,
        CancellationToken cancellation)
    {
        var labels = new List<int>();
        var labelsOf = likelihood ?? Likelihood.Categorical();
        var inside = Of(data, batch => labels.AddRange(labelsOf.Labels(batch)));
        var evaluation = ClassEvaluation.OfKnown(inside, labels);
        return outside is null
            ? evaluation
            : evaluation with { OutOfDistribution = OutOfDistribution.Of(inside, Of(outside, _ => { })) };

        ClassPrediction Of(BatchSource source, Action<Tensor> answers)
        {
            var sums = new ClassSums(likelihood, keepOutputs);
            draws.Run(source, sums, answers, cancellation);
            return sums.Finish();
        }
    }

    /// <summary>Predicts numbers and judges them.</summary>
    /// <param name="draws">The draws.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="levels">The levels of intervals; null takes the usual ones.</param>
    /// <param name="cancellation">Ends it between two samples.</param>
    public static RegressionEvaluation OfNumbers(
        IPredictiveDraws draws, RegressionLikelihood likelihood, BatchSource data, IReadOnlyList<double>? levels,
        CancellationToken cancellation)
    {
        var sums = new RegressionSums(likelihood);
        var (prediction, targets) = Numbers(draws, sums, sums.Finish, sums.Targets, likelihood, data, cancellation);
        return RegressionEvaluation.OfKnown(prediction, targets, levels);
    }

    /// <summary>The same of answers that are summed in a way of their own.</summary>
    /// <param name="draws">The draws.</param>
    /// <param name="sums">Takes the answers.</param>
    /// <param name="finish">The prediction that they make.</param>
    /// <param name="likelihood">What the targets are.</param>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="levels">The levels of intervals; null takes the usual ones.</param>
    /// <param name="cancellation">Ends it between two samples.</param>
    public static RegressionEvaluation OfNumbers(
        IPredictiveDraws draws, IPredictiveSums sums, Func<RegressionPrediction> finish, RegressionLikelihood likelihood,
        BatchSource data, IReadOnlyList<double>? levels, CancellationToken cancellation)
    {
        var (prediction, targets) = Numbers(draws, sums, finish, PlainNumbers.Rows, likelihood, data, cancellation);
        return RegressionEvaluation.OfKnown(prediction, targets, levels);
    }

    /// <summary>Predicts numbers, and reads the targets beside them: a row for each row of the prediction.</summary>
    /// <param name="draws">The draws.</param>
    /// <param name="sums">Takes the answers.</param>
    /// <param name="finish">The prediction that they make.</param>
    /// <param name="rows">The rows of the targets of the batch that was answered last.</param>
    /// <param name="likelihood">What the targets are.</param>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="cancellation">Ends it between two samples.</param>
    public static (RegressionPrediction Prediction, IReadOnlyList<double[]> Targets) Numbers(
        IPredictiveDraws draws, IPredictiveSums sums, Func<RegressionPrediction> finish, Func<Tensor, IReadOnlyList<double[]>> rows,
        RegressionLikelihood likelihood, BatchSource data, CancellationToken cancellation)
    {
        var targets = new List<double[]>();
        draws.Run(data, sums, Take, cancellation);
        return (finish(), targets);

        void Take(Tensor batch)
        {
            likelihood.RequireTargets(batch, "example {0} of a batch");
            targets.AddRange(rows(batch));
        }
    }
}
