using System.Runtime.CompilerServices;
using BayesGen.Data;

namespace BayesGen;

/// <summary>Evaluation: it reads, and what it writes into the weights it puts back bit for bit.</summary>
public sealed partial class VariationalTrainer
{
    /// <summary>The seed of the draws that estimate the ELBO, and a divergence without a closed form, so that evaluations can be compared.</summary>
    private const long DivergenceSeed = 20170611;

    /// <summary>Evaluates the network on all examples of a data set, with the weights of the options' EvaluateAt.</summary>
    /// <param name="data">The data.</param>
    /// <param name="threshold">Prunes for this evaluation alone; null prunes nothing.</param>
    /// <exception cref="ArgumentException">The data is empty, or a threshold fits nothing.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive, or the network cannot take a batch.</exception>
    public EvaluationResult Evaluate(BatchSource data, Thresholds? threshold = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Evaluate(data, threshold, Options.ExampleCount ?? _trainingExamples ?? data.ExampleCount);
    }

    /// <summary>Evaluates on any sequence of batches; see <see cref="Evaluate(BatchSource, Thresholds?)"/>.</summary>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="threshold">Prunes for this evaluation alone; null prunes nothing.</param>
    [OverloadResolutionPriority(-1)]
    public EvaluationResult Evaluate(IEnumerable<(Tensor Inputs, Tensor Targets)> data, Thresholds? threshold = null) =>
        Evaluate(BatchSource.From(data), threshold);

    /// <summary>Evaluates the network pruned at each of several thresholds. The network itself is not pruned.</summary>
    /// <param name="data">The data.</param>
    /// <param name="thresholds">The thresholds, for example <c>[1.0, 2.0]</c>.</param>
    /// <returns>One result for each threshold, in order.</returns>
    public IReadOnlyList<EvaluationResult> EvaluateThresholds(BatchSource data, params IReadOnlyList<Thresholds> thresholds)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        return [.. thresholds.Select(threshold => Evaluate(data, threshold))];
    }

    private EvaluationResult Evaluate(BatchSource data, Thresholds? threshold, long? examplesOfTraining)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var arena = Model.Arena;
        var keep = threshold is null ? null : Pruner.KeepMasks(arena, threshold);
        var pruning = Pruner.Statistics(arena, threshold);
        var divergence = Number(arena.Sample(DivergenceSeed, Loss.Divergence, keep));
        double fit = 0, fitOfDraws = 0;
        long examples = 0;
        var metrics = Options.Metrics.ToDictionary(metric => metric.Name, _ => 0.0);
        using (var loan = arena.Borrow("evaluate"))
        using (new EvaluationMode(Model))
        {
            var point = loan.Point(Options.EvaluateAt, keep);
            var draws = loan.Draws(Options.ElboDraws, DivergenceSeed, keep);
            loan.Write(point);
            foreach (var (inputs, targets) in data.Batches(Options.BatchSize, shuffle: false, Options.Seed, epoch: 0))
            {
                using (NewDisposeScope())
                {
                    var (x, y) = (Laid(inputs), OnDevice(targets));
                    var output = Forward(x);
                    var count = y.shape[0];
                    fit += Number(Fit(output, y)) * count;
                    examples += count;
                    foreach (var metric in Options.Metrics)
                        metrics[metric.Name] += metric.Sum(output, y);
                    foreach (var draw in draws)
                    {
                        loan.Write(draw);
                        fitOfDraws += Number(Fit(Forward(x), y)) * count / draws.Count;
                    }

                    if (draws.Count > 0)
                        loan.Write(point);
                }

                if (data.HandsOverBatches)
                {
                    inputs.Dispose();
                    targets.Dispose();
                }
            }
        }

        if (examples == 0)
            throw new ArgumentException("The evaluation data is empty.", nameof(data));
        fit /= examples;
        var shared = examplesOfTraining ?? examples;
        return new EvaluationResult(
            examples,
            fit + Beta * divergence / (Options.DivergenceScale == DivergenceScale.None ? 1 : shared),
            fit,
            divergence,
            Options.ElboDraws == 0 ? double.NaN : -(fitOfDraws / examples + divergence / shared),
            metrics.ToDictionary(metric => metric.Key, metric => metric.Value / examples),
            Options.EvaluateAt,
            threshold,
            pruning);
    }
}
