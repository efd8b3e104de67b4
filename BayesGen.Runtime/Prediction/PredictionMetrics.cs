using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using BayesGen.Likelihoods;
using BayesGen.Reporting;

namespace BayesGen.Prediction;

/// <summary>
/// Any figure of a prediction as a metric of evaluations, over all examples at once: for the validation of a training, and for
/// <see cref="EarlyStopping"/> by it. The prediction is that of one network, at the weights of the evaluation.
/// </summary>
public static class PredictionMetrics
{
    /// <summary>What was judged of the outputs of one evaluation, by the likelihood: forgotten with the tensor of the outputs.</summary>
    private static readonly ConditionalWeakTable<Tensor, ConcurrentDictionary<string, (Tensor Targets, object Evaluation)>> Judged = [];

    /// <summary>A figure of predicted classes.</summary>
    /// <param name="name">The name in results and reports.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="figure">The figure, such as <see cref="ClassEvaluation.Auroc"/>.</param>
    /// <example><c>PredictionMetrics.Of("AUROC", Likelihood.Bernoulli(), evaluation => evaluation.Auroc)</c></example>
    public static Metric Of(string name, ClassLikelihood likelihood, Func<ClassEvaluation, double> figure)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        ArgumentNullException.ThrowIfNull(figure);
        return Metric.OverAll(name, (outputs, targets) => figure(Shared(outputs, targets, likelihood.Text, () =>
        {
            using var scope = NewDisposeScope();
            var sums = new ClassSums(likelihood, keepOutputs: false);
            Take(sums, outputs);
            return ClassEvaluation.OfKnown(sums.Finish(), likelihood.Labels(targets));
        })));
    }

    /// <summary>A figure of predicted numbers or counts.</summary>
    /// <param name="name">The name in results and reports.</param>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="figure">The figure, such as <see cref="RegressionEvaluation.Crps"/>.</param>
    public static Metric Of(string name, RegressionLikelihood likelihood, Func<RegressionEvaluation, double> figure)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        ArgumentNullException.ThrowIfNull(figure);
        return Metric.OverAll(name, (outputs, targets) => figure(Shared(outputs, targets, likelihood.Text, () =>
        {
            using var scope = NewDisposeScope();
            var sums = new RegressionSums(likelihood);
            Take(sums, outputs);
            likelihood.RequireTargets(targets, "example {0}");
            return RegressionEvaluation.OfKnown(sums.Finish(), sums.Targets(targets), levels: null);
        })));
    }

    /// <summary>The evaluation of outputs and targets: computed by the first metric that asks, and read by the others.</summary>
    private static T Shared<T>(Tensor outputs, Tensor targets, string likelihood, Func<T> judge)
        where T : class
    {
        var known = Judged.GetOrCreateValue(outputs);
        if (known.TryGetValue(likelihood, out var found) && ReferenceEquals(found.Targets, targets) && found.Evaluation is T evaluation)
            return evaluation;
        var judged = judge();
        known[likelihood] = (targets, judged);
        return judged;
    }

    private static void Take(IPredictiveSums sums, Tensor outputs)
    {
        using (NewDisposeScope())
            sums.Add(outputs);
        sums.EndBatch();
    }
}
