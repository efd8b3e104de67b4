using System.Runtime.CompilerServices;
using BayesGen.Data;
using BayesGen.Kernels;
using BayesGen.Parameters;
using BayesGen.Pruning;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>Evaluation: it reads, and what it writes into the weights it puts back bit for bit.</summary>
public sealed partial class VariationalTrainer
{
    /// <summary>
    /// The seed of the draws that estimate the ELBO, and a divergence without a closed form, so that evaluations can be compared.
    /// </summary>
    private const long DivergenceSeed = 20170611;

    /// <summary>Evaluates the network on all examples of a data set, with the weights of the options' EvaluateAt.</summary>
    /// <param name="data">The data.</param>
    /// <param name="threshold">Prunes for this evaluation alone; null prunes nothing.</param>
    /// <param name="cancellation">Ends the evaluation before the next batch; the network is put back as it was.</param>
    /// <exception cref="ArgumentException">The data is empty, or a threshold fits nothing.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive, or the network cannot take a batch.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    public EvaluationResult Evaluate(BatchSource data, Thresholds? threshold = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var turn = _use.Read(nameof(Evaluate));
        RequireLiving();
        return EvaluateOn(data, threshold, ExamplesOf(data), cancellation);
    }

    /// <summary>Evaluates on any sequence of batches; see <see cref="Evaluate(BatchSource, Thresholds?, CancellationToken)"/>.</summary>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="threshold">Prunes for this evaluation alone; null prunes nothing.</param>
    /// <param name="cancellation">Ends the evaluation before the next batch; the network is put back as it was.</param>
    [OverloadResolutionPriority(-1)]
    public EvaluationResult Evaluate(
        IEnumerable<(Tensor Inputs, Tensor Targets)> data, Thresholds? threshold = null, CancellationToken cancellation = default) =>
        Evaluate(BatchSource.From(data), threshold, cancellation);

    /// <summary>Evaluates the network pruned at each of several thresholds. The network itself is not pruned.</summary>
    /// <param name="data">The data.</param>
    /// <param name="thresholds">The thresholds, for example <c>[1.0, 2.0]</c>.</param>
    /// <returns>One result for each threshold, in order.</returns>
    public IReadOnlyList<EvaluationResult> EvaluateThresholds(BatchSource data, params IReadOnlyList<Thresholds> thresholds) =>
        EvaluateThresholds(data, thresholds, CancellationToken.None);

    /// <summary>Evaluates the network pruned at each of several thresholds. The network itself is not pruned.</summary>
    /// <param name="data">The data.</param>
    /// <param name="thresholds">The thresholds, for example <c>[1.0, 2.0]</c>.</param>
    /// <param name="cancellation">Ends the evaluation before the next batch; the network is put back as it was.</param>
    /// <returns>One result for each threshold, in order.</returns>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    public IReadOnlyList<EvaluationResult> EvaluateThresholds(
        BatchSource data, IReadOnlyList<Thresholds> thresholds, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        return [.. thresholds.Select(threshold => Evaluate(data, threshold, cancellation))];
    }

    private long? ExamplesOf(BatchSource data) => Options.ExampleCount ?? _trainingExamples ?? data.ExampleCount;

    private EvaluationResult EvaluateOn(BatchSource data, Thresholds? threshold, long? examplesOfTraining, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var memory = ProcessMemory.During(Options.ManageMemory);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var arena = Model.Arena;
        using var turn = arena.TakeTurn();
        var keep = threshold is null ? null : Pruner.KeepMasks(arena, threshold);
        var pruning = Pruner.Statistics(arena, threshold);
        var divergence = arena.Sample(DivergenceSeed, Loss.Divergence, keep).Number();
        double fit = 0, fitOfDraws = 0;
        long examples = 0;
        var metrics = Options.Metrics.ToDictionary(metric => metric.Name, _ => (Sum: 0.0, Count: 0.0));
        using (var loan = arena.Borrow("evaluate"))
        using (new EvaluationMode(Model))
        {
            var point = loan.Point(Options.EvaluateAt, keep);
            var draws = loan.Draws(Options.ElboSamples, DivergenceSeed, keep);
            loan.Write(point);
            foreach (var (inputs, targets) in data.Batches(Options.BatchSize, shuffle: false, Options.Seed, epoch: 0))
            {
                try
                {
                    cancellation.ThrowIfCancellationRequested();
                    using var batchScope = NewDisposeScope();
                    var (x, y) = (Laid(inputs), OnDevice(targets));
                    var output = Forward(_forward, x);
                    var count = y.size(0);
                    fit += Fit(output, y).Number() * count;
                    examples += count;
                    foreach (var metric in MetricsOf(output, y))
                    {
                        var (before, (sum, counted)) = (metrics.GetValueOrDefault(metric.Name), metric.Sum(output, y));
                        metrics[metric.Name] = (before.Sum + sum, before.Count + counted);
                    }

                    foreach (var draw in draws)
                    {
                        loan.Write(draw);
                        fitOfDraws += Fit(Forward(_forward, x), y).Number() * count / draws.Count;
                    }

                    if (draws.Count > 0)
                        loan.Write(point);
                }
                finally
                {
                    if (data.HandsOverBatches)
                    {
                        inputs.Dispose();
                        targets.Dispose();
                    }
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
            Options.ElboSamples == 0 ? double.NaN : -(fitOfDraws / examples + divergence / shared),
            metrics.ToDictionary(metric => metric.Key, metric => metric.Value.Sum / metric.Value.Count),
            Options.EvaluateAt,
            threshold,
            pruning);
    }

    /// <summary>What is measured: for classes the accuracy where the options name nothing, since an answer of NaN helps nobody.</summary>
    private IReadOnlyList<Metric> MetricsOf(Tensor output, Tensor targets) =>
        Options.Metrics.Count == 0 && ReferenceEquals(Options.FitLoss, FitLoss.CrossEntropy)
            && !targets.is_floating_point() && TargetShapes.AreClasses(output, targets)
            ? [Metric.Accuracy]
            : Options.Metrics;
}
