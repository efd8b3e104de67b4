using System.Diagnostics;
using System.Runtime.CompilerServices;
using BayesGen.Data;

namespace BayesGen;

/// <summary>
/// Trains and evaluates a Bayesian network. Generated wrappers make one by <c>CreateTrainer</c>, where the compiler checks that the loss
/// can score every family of the network.
/// </summary>
public sealed partial class VariationalTrainer : IDisposable
{
    /// <summary>Steps between two sweeps: rare enough to cost nothing, often enough that little piles up.</summary>
    private const int StepsPerSweep = 50;

    private readonly Func<Tensor, Tensor> _forward;
    private readonly BetaSchedule _schedule;
    private readonly PictureLayout _layout;
    private readonly IvonOptions? _ivon;
    private ITrainingSteps? _steps;
    private int _epochsDone;
    private long _stepsDone;
    private long? _trainingExamples;

    /// <summary>What the divergence is divided by in the running training.</summary>
    private long _sharedBy;
    private int? _stepsOfEpoch;

    /// <summary>A trainer for a network.</summary>
    /// <param name="model">The Bayesian network. It is trained in place and stays yours.</param>
    /// <param name="forward">Computes the network's output for a batch of inputs.</param>
    /// <param name="loss">The loss; it must score every family of the network.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="NotSupportedException">The loss cannot score a family of the network.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public VariationalTrainer(IBayesianNetwork model, Func<Tensor, Tensor> forward, VariationalLoss loss, TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        loss.RequireScores(model.Arena);
        Model = model;
        Loss = loss;
        Options = options;
        _forward = forward;
        _layout = new PictureLayout(model, forward, options.ChannelsLast);
        _schedule = options.Beta ?? new LinearWarmup(0.5 * options.Epochs);
        _schedule.Reset();
        Beta = _schedule.Initial;
        model.Arena.Noise.Reseed(options.Seed);
    }

    private VariationalTrainer(IBayesianNetwork model, Func<Tensor, Tensor> forward, TrainerOptions options, IvonOptions ivon)
        : this(model, forward, new IvonLoss(), options)
    {
        _ivon = ivon;
    }

    /// <summary>The network.</summary>
    public IBayesianNetwork Model { get; }

    /// <summary>The loss.</summary>
    public VariationalLoss Loss { get; }

    /// <summary>How to train.</summary>
    public TrainerOptions Options { get; }

    /// <summary>The present weight of the divergence. A hook may set it; the schedule goes on from there.</summary>
    public double Beta { get; set; }

    /// <summary>
    /// Trains for the number of epochs of the options. A second call goes on with the same optimizer, schedule and order of data.
    /// </summary>
    /// <param name="train">The training data.</param>
    /// <param name="validation">Evaluated after every epoch, or null.</param>
    /// <param name="cancellation">Ends the training after the running step.</param>
    /// <exception cref="ArgumentException">The data is empty, or does not tell N and the options do not either.</exception>
    /// <exception cref="NonFiniteLossException">The loss of a step is not finite; the step was not taken.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled; the network holds what it learned.</exception>
    public TrainingResult Train(BatchSource train, BatchSource? validation = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        var examples = _sharedBy = Examples(train);
        _trainingExamples = Options.ExampleCount ?? train.ExampleCount;
        if (Options.ManageMemory)
            ProcessMemory.Keep();
        RequireOptimizer();
        var clock = Stopwatch.StartNew();
        var epochs = new List<EpochResult>();
        var wasTraining = Model.training;
        var last = _epochsDone + Options.Epochs;
        Options.Report?.OnStart(new TrainingInfo(
            last, Options.ExampleCount ?? train.ExampleCount, Model.Arena.BayesianCount, Model.Arena.TotalCount, Loss.Name));
        try
        {
            while (_epochsDone < last)
            {
                var epoch = TrainEpoch(train, validation, examples, last, cancellation);
                epochs.Add(epoch);
                Options.Report?.OnEpoch(epoch);
            }
        }
        finally
        {
            Model.train(wasTraining);
        }

        var result = new TrainingResult(epochs, clock.Elapsed);
        Options.Report?.OnFinish(result);
        return result;
    }

    /// <summary>Trains on any sequence of batches; see <see cref="Train(BatchSource, BatchSource?, CancellationToken)"/>.</summary>
    /// <param name="train">
    /// Inputs and targets, enumerated once an epoch. It does not tell how many examples it has: set TrainerOptions.ExampleCount.
    /// </param>
    /// <param name="validation">Evaluated after every epoch, or null.</param>
    /// <param name="cancellation">Ends the training after the running step.</param>
    [OverloadResolutionPriority(-1)]
    public TrainingResult Train(
        IEnumerable<(Tensor Inputs, Tensor Targets)> train, BatchSource? validation = null, CancellationToken cancellation = default) =>
        Train(BatchSource.From(train), validation, cancellation);

    /// <summary>Releases the optimizer; the network stays.</summary>
    public void Dispose() => _steps?.Dispose();

    private EpochResult TrainEpoch(
        BatchSource train, BatchSource? validation, long examples, int last, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var sums = new RunningMeans();
        var epoch = _epochsDone + 1;
        var steps = (int?)train.BatchCount(Options.BatchSize) ?? _stepsOfEpoch;
        Model.train();
        var step = 0;
        using (var batches = train.Batches(Options.BatchSize, Options.Shuffle, Options.Seed, _epochsDone).GetEnumerator())
        {
            while (batches.MoveNext())
            {
                step++;
                StepResult result;
                try
                {
                    cancellation.ThrowIfCancellationRequested();
                    SetLearningRate(_epochsDone + (steps is { } known ? (step - 1.0) / known : 0), last);
                    result = Step(batches.Current, epoch, step, steps, examples);
                }
                finally
                {
                    if (train.HandsOverBatches)
                    {
                        batches.Current.Inputs.Dispose();
                        batches.Current.Targets.Dispose();
                    }
                }

                sums.Add(result);
                AdvanceBeta(result, sums, steps);
                foreach (var hook in Options.Hooks)
                    hook(this, result);
                Options.Report?.OnStep(result);
                if (Options.ManageMemory && _stepsDone % StepsPerSweep == 0)
                    ProcessMemory.Sweep();
            }
        }

        if (step == 0)
            throw new ArgumentException("The training data holds no batches. A sequence that can be enumerated only once serves one epoch.");
        _epochsDone++;
        _stepsOfEpoch = step;
        Model.train(false);
        var evaluation = validation is null ? null : Evaluate(validation, Options.Threshold);
        var elbo = -(sums.Fit + sums.Divergence / (_trainingExamples ?? sums.Examples));
        return new EpochResult(
            epoch, last, sums.Total, sums.Fit, sums.Divergence, elbo, Beta, _steps!.LearningRate, sums.Metrics, evaluation, clock.Elapsed);
    }

    private void AdvanceBeta(StepResult result, RunningMeans sums, int? steps)
    {
        var isLast = steps == result.Step;
        var epochs = _epochsDone + (steps is { } known ? (double)result.Step / known : 0);
        Beta = _schedule.Next(
            Beta, new BetaSignal(epochs, isLast, result.Fit, result.Divergence, sums.Fit, sums.Divergence));
    }

    private long Examples(BatchSource train)
    {
        if (Options.DivergenceScale == DivergenceScale.None)
            return 1;
        var examples = Options.ExampleCount ?? train.ExampleCount
            ?? throw new ArgumentException(
                "The data does not tell how many examples it has, and the divergence is shared by them. Set TrainerOptions.ExampleCount "
                + "to the number N of training examples, or DivergenceScale to None.");
        return examples > 0 ? examples : throw new ArgumentException("The training data is empty.");
    }

    /// <summary>Moving the network makes new parameters, so an optimizer made before is of no use after.</summary>
    private void RequireOptimizer()
    {
        var parameters = Model.Arena.OptimizedParameters().Select(entry => (entry.Kind, entry.Parameter)).ToList();
        if (_steps is not null
            && parameters.Select(entry => entry.Parameter).SequenceEqual(_steps.Parameters, ReferenceEqualityComparer.Instance))
            return;
        _steps?.Dispose();
        _steps = null;
        _steps = _ivon is null
            ? new PosteriorSteps(parameters, Options)
            : new IvonSteps(Model.Arena, Options, _ivon, () => _sharedBy / Beta, isFresh: _stepsDone == 0);
    }

    private void SetLearningRate(double epochs, int last)
    {
        if (Options.LearningRateSchedule is { } schedule)
            _steps!.Schedule(schedule(epochs / last));
    }
}
