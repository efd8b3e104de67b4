using BayesGen.Data;
using BayesGen.Kernels;
using BayesGen.Likelihoods;
using BayesGen.Noise;
using BayesGen.Parameters;

namespace BayesGen.Training;

/// <summary>
/// What a step computes of a batch: samples of the weights, forward and backward passes one by one, gradients added up. Whoever gathers
/// gradients decides where that is done, and of which part of the batch.
/// </summary>
internal sealed class StepWork
{
    private readonly TrainingSetup _setup;
    private readonly NonFiniteGuard _guard;
    private readonly double _beta;
    private readonly long _sharedBy;

    /// <param name="setup">What is trained.</param>
    /// <param name="guard">Looks at the losses of each sample.</param>
    /// <param name="place">Where the step is.</param>
    /// <param name="batch">The batch as the network takes it.</param>
    /// <param name="beta">The weight of the divergence.</param>
    /// <param name="sharedBy">What the divergence is divided by.</param>
    public StepWork(
        TrainingSetup setup, NonFiniteGuard guard, StepPlace place, (Tensor Inputs, Tensor Targets) batch, double beta, long sharedBy)
    {
        (_setup, _guard, Place, _beta, _sharedBy) = (setup, guard, place, beta, sharedBy);
        (Inputs, Targets) = batch;
    }

    /// <summary>Where the step is.</summary>
    public StepPlace Place { get; }

    /// <summary>The inputs as the network takes them.</summary>
    public Tensor Inputs { get; }

    /// <summary>The targets on the device of the inputs.</summary>
    public Tensor Targets { get; }

    /// <summary>The weight of the divergence.</summary>
    public double Beta => _beta;

    /// <summary>In which parts the batch is taken; null where it is taken as a whole.</summary>
    private IBatchParts? Parts { get; init; }

    /// <summary>The same work, the batch taken in parts.</summary>
    public StepWork InParts(IBatchParts parts) =>
        new(_setup, _guard, Place, (Inputs, Targets), _beta, _sharedBy) { Parts = parts };

    /// <summary>The same work on some of the examples.</summary>
    public StepWork Of(Tensor inputs, Tensor targets) => new(_setup, _guard, Place, (inputs, targets), _beta, _sharedBy);

    /// <summary>
    /// Those samples of the step that one network takes: forward and backward passes one by one, gradients added up on its posterior.
    /// </summary>
    public SampleAccumulator Take(SampleWorker worker)
    {
        var (arena, options) = (worker.Arena, _setup.Options);
        var sums = new SampleAccumulator(
            new ImportanceWeights(_setup.Loss, worker.Parameters, options.Samples, _sharedBy, arena.Divergences.Settle));
        using var biases = arena.Inventory.SumBiasGradients();
        arena.Divergences.Hold();
        try
        {
            foreach (var k in worker.Samples)
                Take(worker, k, sums);
            arena.Divergences.Settle();
        }
        finally
        {
            arena.Divergences.Release();
        }

        return sums;
    }

    /// <summary>The numbers of all samples of the step; their gradients are complete.</summary>
    public StepSums Finish(SampleAccumulator all)
    {
        var samples = _setup.Options.Samples;
        return new StepSums(
            all.Fit!.DivideBy(samples), all.Divergence!.DivideBy(samples), all.Weights.Finish(),
            all.Output is null ? [] : Measure(all.Output.DivideBy(samples)),
            all.Residuals is null ? null : new NoiseResiduals(all.LogSigma!, all.Residuals.DivideBy(samples)));
    }

    /// <summary>The network on some examples, under the sample in its weights: output and mean fit loss with their graph.</summary>
    public BatchFit Run(SampleWorker worker, Tensor inputs, Tensor targets)
    {
        using var joined = _setup.LearnsNoise ? new JoinedNoise() : null;
        var output = BatchForward.Output(worker.Forward, inputs);
        var fit = _setup.Network.Fit(output, targets);
        RequireGraph(output, fit);
        var residuals = joined is null
            ? null
            : ClosedFormNoise.Residuals(
                joined, output, targets, _setup.Likelihood is RegressionLikelihood { IgnoresNaN: true } ? Targets : null);
        return new BatchFit(
            output, fit, residuals is null ? null : new NoiseResiduals(ClosedFormNoise.LogSigmaOf(joined!, output)!, residuals));
    }

    private void Take(SampleWorker worker, int k, SampleAccumulator sums)
    {
        // What a forward leaves behind is let go sample by sample: the next one finds its memory warm.
        using var scope = NewDisposeScope();
        using var noise = worker.PlaceNoise(k);

        // Nobody but this step has come near the gradients since they were made zero.
        using var draw = worker.Arena.Lease.DrawUnchecked();
        var (output, fit, learned) = Parts is { } parts ? TakeParts(parts, worker, draw, k)
            : _setup.Options.MicroBatchSize is { } size && size < Targets.size(0) ? RunInParts(worker, draw, size)
            : Run(worker, Inputs, Targets);
        var divergence = _setup.Loss.Divergence(draw);
        _guard.CheckSample(fit, divergence, (Inputs, Targets), Place);
        var total = VariationalLoss.DrawTotal(fit, divergence, _beta, _sharedBy);
        var weighed = sums.Weights.Weigh(total, _setup.Loss.LogWeight(fit, divergence, _beta, _sharedBy));
        if (Parts is null)
            worker.Backward(draw, weighed);
        else
            Backward(Parts, draw, fit, weighed);
        noise.RequireEnd();
        if (learned is not null && ReferenceEquals(worker.Arena, _setup.Arena))
            sums.LogSigma = learned.LogSigma;
        sums.Add(fit, divergence, _setup.StepMetrics.Count > 0 ? output : null, learned?.Squared);
        scope.MoveToOuter(sums.Running);
    }

    /// <summary>
    /// The same, part after part: each goes backward to the weights by itself, weighted by its share of the examples, and lets its graph
    /// go. What has arrived there is pulled back with the divergence.
    /// </summary>
    private BatchFit RunInParts(SampleWorker worker, WeightDraw draw, int size)
    {
        var count = Targets.size(0);
        Tensor? fit = null, squared = null;
        NoiseResiduals? noise = null;
        var outputs = new List<Tensor>();

        // Parts alike: what is left over might be one example, of which a batch normalization cannot learn.
        foreach (var part in EqualParts.Of((int)count, (int)((count + size - 1) / size)))
        {
            using var scope = NewDisposeScope();
            var (first, length) = part.GetOffsetAndLength((int)count);
            var share = (double)length / count;
            var (output, mean, learned) = Run(worker, Inputs.narrow(0, first, length), Targets.narrow(0, first, length));
            draw.BackwardToWeights(VariationalLoss.Wide(mean).MultiplyBy(share / _setup.Options.Samples));
            fit = Sum(fit, VariationalLoss.Wide(mean), share).MoveToOuterDisposeScope();
            if (learned is not null)
            {
                squared = Sum(squared, learned.Squared, share).MoveToOuterDisposeScope();
                noise = new NoiseResiduals(learned.LogSigma, squared);
            }

            if (_setup.StepMetrics.Count > 0)
                outputs.Add(output!.detach().MoveToOuterDisposeScope());
        }

        return new BatchFit(outputs.Count == 0 ? null : cat(outputs), fit!.requires_grad_(), noise);

        static Tensor Sum(Tensor? before, Tensor next, double share)
        {
            var added = next.detach().MultiplyBy(share);
            return before is null ? added : before.AddTo(added);
        }
    }

    /// <summary>
    /// The fit of the batch as a leaf: the gradients of its parts are known, and its own slope tells how much they count.
    /// </summary>
    private BatchFit TakeParts(IBatchParts parts, SampleWorker worker, WeightDraw draw, int k)
    {
        var (fit, learned) = parts.Take(this, worker, draw, k);
        return new BatchFit(null, fit.requires_grad_(), learned);
    }

    /// <summary>The divergence goes backward by itself, before the gradients of the parts lie where they are pulled back from.</summary>
    private static void Backward(IBatchParts parts, WeightDraw draw, Tensor fit, Tensor weighed)
    {
        draw.BackwardToWeights(weighed);
        using var slope = fit.grad;
        parts.PullBack(draw, slope?.Number() ?? 0);
    }

    /// <summary>Without a graph from the fit to the weights a training would go by the divergence alone.</summary>
    private void RequireGraph(Tensor output, Tensor fit)
    {
        if (fit.requires_grad)
            return;
        _setup.Arena.Freezing.RequireSomethingToTrain();
        throw new InvalidOperationException(
            output.requires_grad
                ? $"The fit loss '{_setup.Options.FitLoss.Name}' returned a tensor that no gradient flows through: it is computed from the "
                    + "outputs by Torch's operations alone, without detach(), no_grad(), item() or argmax()."
                : "No gradient flows through the output of the network: its forward runs under no_grad(), detaches its result, or uses none "
                    + "of the weights that are trained.");
    }

    private List<(string Name, Tensor Sum, Tensor? Count)> Measure(Tensor output) => [.. _setup.StepMetrics.Select(metric =>
    {
        var (sum, count) = metric.Total(output, Targets);
        return (metric.Name, sum, count);
    })];
}
