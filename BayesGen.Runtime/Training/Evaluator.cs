using System.Runtime.CompilerServices;
using BayesGen.Data;
using BayesGen.Kernels;
using BayesGen.Native;
using BayesGen.Parameters;
using BayesGen.Pruning;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>
/// Evaluates a Bayesian neural network on data: loss, metrics and the evidence lower bound. It needs no trainer, reads only, and puts back
/// bit for bit what it writes into the weights. Of a network without a Bayesian weight it evaluates the fit: the divergence is 0, and the
/// ELBO is -fit.
/// </summary>
/// <remarks>
/// The weights are those of <see cref="EvaluationOptions.EvaluateAt"/>, the mean by default. For answers averaged over samples of the
/// weights, with calibration, see <see cref="PredictionExtensions"/>.
/// </remarks>
public sealed class Evaluator
{
    /// <summary>
    /// The seed of the samples that estimate the ELBO, and a divergence without a closed form, so that evaluations can be compared.
    /// </summary>
    private const long SampleSeed = 20170611;

    private readonly IBayesianNetwork _model;
    private readonly BatchForward _network;
    private readonly EvaluationOptions _options;
    private readonly TrainingGroup _group = TrainingGroup.Alone;

    /// <summary>An evaluator of a network.</summary>
    /// <param name="model">The network; it stays yours.</param>
    /// <param name="forward">Computes the network's output for a batch of inputs.</param>
    /// <param name="options">How to evaluate; null is the default.</param>
    /// <exception cref="NotSupportedException">The loss of the options cannot score a family of the network.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public Evaluator(IBayesianNetwork model, Func<Tensor, Tensor> forward, EvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(forward);
        _options = (options ?? new EvaluationOptions()).For(model.Arena);
        _options.Validate();
        _options.Loss.RequireScores(model.Arena);
        _model = model;
        _network = new BatchForward(
            model, forward, _options.FitLoss, _options.Device, _options.ChannelsLast, _options.LikelihoodOfTargets);
    }

    /// <summary>That of a trainer, which shares its way to run batches.</summary>
    internal Evaluator(IBayesianNetwork model, BatchForward network, VariationalLoss loss, TrainerOptions options) =>
        (_model, _network, _options, _group) = (model, network, EvaluationOptions.Of(loss, options), options.Group ?? TrainingGroup.Alone);

    /// <summary>Evaluates the network on all examples of a data set.</summary>
    /// <param name="data">The data.</param>
    /// <param name="threshold">Prunes for this evaluation alone; null prunes nothing.</param>
    /// <param name="cancellation">Ends the evaluation before the next batch; the network is put back as it was.</param>
    /// <exception cref="ArgumentException">The data is empty, or a threshold fits nothing.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive, or the network cannot take a batch.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    public EvaluationResult Evaluate(BatchSource data, Thresholds? threshold = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Evaluate(data, threshold, _options.Beta, _options.ExampleCount ?? data.ExampleCount, cancellation);
    }

    /// <summary>Evaluates on any sequence of batches; see <see cref="Evaluate(BatchSource, Thresholds?, CancellationToken)"/>.</summary>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="threshold">Prunes for this evaluation alone; null prunes nothing.</param>
    /// <param name="cancellation">Ends the evaluation before the next batch; the network is put back as it was.</param>
    [OverloadResolutionPriority(-1)]
    public EvaluationResult Evaluate(
        IEnumerable<(Tensor Inputs, Tensor Targets)> data, Thresholds? threshold = null, CancellationToken cancellation = default) =>
        Evaluate(BatchSource.From(data), threshold, cancellation);

    /// <summary>
    /// Evaluates with the beta and the number of examples of a training, and with what is known of the targets where it has checked them
    /// once for all of its epochs.
    /// </summary>
    internal EvaluationResult Evaluate(
        BatchSource data, Thresholds? threshold, double beta, long? examplesOfTraining, CancellationToken cancellation,
        TargetCheck? known = null)
    {
        cancellation.ThrowIfCancellationRequested();
        var check = known ?? _network.CheckTargets(data);
        using var memory = MallocTuning.During(_options.ManageMemory);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var arena = _model.Arena;
        using var turn = arena.TakeTurn();
        var keep = threshold is null ? null : Pruner.KeepMasks(arena, threshold);
        var pruning = Pruner.Statistics(arena, threshold);
        double? divergence =
            arena.BayesianCount == 0 ? null : arena.Lease.Sample(SampleSeed, _options.Loss.Divergence, keep).Number();
        var sums = new EvaluationSums(_options);
        var seen = 0UL;
        using (var weights = arena.Lease.Override("evaluate"))
        using (_model.InEvaluationMode())
        {
            var point = weights.Point(_options.EvaluateAt, keep);
            // Without a Bayesian weight one sample is like the other, and like the point.
            var samples = weights.Draws(divergence is null ? 0 : _options.ElboSamples, SampleSeed, keep);
            weights.Write(point);
            var number = -1L;
            foreach (var batch in data.InOrder(_options.BatchSize, _options.Seed))
            {
                number++;
                try
                {
                    seen = _group.Fingerprint(seen, batch.Inputs, batch.Targets);
                    if (number % _group.Size != _group.Rank)
                        continue;
                    cancellation.ThrowIfCancellationRequested();
                    using var batchScope = NewDisposeScope();
                    if (!check.IsDone)
                        _network.CheckTargets(batch.Targets);
                    var (inputs, targets) = _network.Move(batch);
                    var output = _network.Output(inputs);
                    sums.Add(output, targets, _network.Fit(output, targets, check).Number(), number);
                    foreach (var sample in samples)
                    {
                        weights.Write(sample);
                        sums.AddSample(_network.Fit(_network.Output(inputs), targets, check).Number(), targets.size(0), samples.Count);
                    }

                    if (samples.Count > 0)
                        weights.Write(point);
                }
                finally
                {
                    BatchForward.LetGo(data, batch);
                }
            }
        }

        sums.Join(_group, seen);
        return sums.Result(divergence, beta, examplesOfTraining, threshold, pruning);
    }
}
