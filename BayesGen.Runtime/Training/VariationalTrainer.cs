using System.Diagnostics;
using System.Runtime.CompilerServices;
using BayesGen.Data;
using BayesGen.Kernels;
using BayesGen.Parameters;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>
/// Trains and evaluates a Bayesian neural network. Generated wrappers make one by <c>CreateTrainer</c>, where the compiler checks that the
/// loss can score every family of the network.
/// </summary>
public sealed partial class VariationalTrainer : IDisposable
{
    private readonly Func<Tensor, Tensor> _forward;
    private readonly TrainerUse _use = new();
    private readonly RunningBeta _schedule;
    private readonly string _scheduleName;
    private readonly bool _scheduleNeedsLosses;
    private readonly PictureLayout _layout;
    private readonly IvonOptions? _ivon;
    private readonly List<string> _notices = [];
    private ITrainingSteps? _steps;
    private DrawTeam? _team;
    private int _epochsDone;
    private long _stepsDone;
    private long? _trainingExamples;

    /// <summary>What the divergence is divided by in the running training.</summary>
    private long _sharedBy;
    private int? _stepsOfEpoch;
    private EpochPlace? _place;
    private int? _firstEpochLeft;
    private int _firstEpoch;
    private BatchSource? _source;

    /// <summary>Where the noise of the training is while it rests: what others draw meanwhile changes nothing in it.</summary>
    private (long Seed, long Calls) _noise;
    private ModuleModes? _modesOfTraining;

    /// <summary>A trainer for a network.</summary>
    /// <param name="model">The Bayesian neural network. It is trained in place and stays yours.</param>
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
        var schedule = options.Beta ?? DefaultWarmup(options);
        _schedule = schedule.Begin();
        (_scheduleName, _scheduleNeedsLosses) = (schedule.ToString() ?? "", schedule.NeedsLosses);
        Beta = schedule.Initial;
        _noise = (options.Seed, 0);
        _stopping = options.EarlyStopping is { } stopping ? new StoppingWatch(stopping) : null;
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

    /// <summary>
    /// The present weight of the divergence, finite and not negative. A hook may set it; the schedule continues from there.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to something else.</exception>
    public double Beta
    {
        get;
        set => field = BetaSchedule.NotNegative(value, nameof(Beta));
    }

    /// <summary>
    /// Trains for the number of epochs of the options. A second call continues with the same optimizer, schedule and order of data; the
    /// first one after <see cref="Resume"/> trains what is left of the training that was interrupted. One that stopped early stays stopped.
    /// </summary>
    /// <remarks>
    /// A network in evaluation mode is put into training mode; of one in training mode the parts that are not, such as a batch
    /// normalization whose statistics are to stay, are left as they are. Afterward every part is in the mode that it was in.
    /// </remarks>
    /// <param name="train">The training data.</param>
    /// <param name="validation">Evaluated after every epoch, or null.</param>
    /// <param name="cancellation">
    /// Ends the training after the running step, and saves it where the options name a place for checkpoints.
    /// </param>
    /// <exception cref="ArgumentException">The data is empty, or does not tell N and the options do not either.</exception>
    /// <exception cref="InvalidOperationException">The folder of checkpoints holds those of another training.</exception>
    /// <exception cref="NonFiniteLossException">
    /// The loss or the gradient of a step is not finite, and the options do not continue after it; the step was not taken. Or the
    /// weights are not finite after the last step of an epoch.
    /// </exception>
    /// <exception cref="OperationCanceledException">The training was canceled; the network holds what it learned.</exception>
    public TrainingResult Train(BatchSource train, BatchSource? validation = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        using var turn = _use.Change(nameof(Train));
        _notices.Clear();
        _unkeptNotices = 0;
        if (_stopping?.IsStopped == true)
            return AlreadyStopped();
        RequireTrainable();
        RequireStopping(validation);
        var examples = _sharedBy = Examples(train);
        _trainingExamples = Options.ExampleCount ?? train.ExampleCount;
        if (Options.ManageMemory)
            ProcessMemory.Keep();
        RequireOptimizer();
        using var folder = RequireFolder(validation);
        using var note = Model.Arena.NoteTraining();
        _team!.Refresh();
        _readsLate = CanReadLate;
        var clock = Stopwatch.StartNew();
        var epochs = new List<EpochResult>();
        var isResumed = _firstEpochLeft is not null;
        var last = (int)Math.Min(int.MaxValue, (long)(_firstEpochLeft ?? _epochsDone) + Options.Epochs);

        // Before anything changes: a report that throws has then cost nothing.
        Options.Report?.OnStart(new TrainingInfo(
            last, Options.ExampleCount ?? train.ExampleCount, Model.Arena.BayesianCount, Model.Arena.TotalCount, Loss.Name));
        _source = train;
        _firstEpoch = _firstEpochLeft ?? _epochsDone;
        _firstEpochLeft = null;
        if (!isResumed)
            Leave();
        _modesOfTraining = null;
        ModuleModes modes;
        using (Model.Arena.TakeTurn())
        {
            // Within one turn: a prediction of another thread has the network in evaluation mode for a while.
            modes = new ModuleModes(Model);
            if (!Model.training)
                Model.train();
        }

        try
        {
            Model.Arena.Noise.Reseed(_noise.Seed, _noise.Calls);
            LookAtStart();
            var isStopped = false;
            while (_epochsDone < last && !isStopped)
            {
                try
                {
                    var epoch = TrainEpoch(train, validation, examples, last, cancellation);
                    epochs.Add(epoch);
                    try
                    {
                        try
                        {
                            isStopped = EndsEarly(epoch);
                        }
                        finally
                        {
                            isStopped |= _stopping?.IsStopped == true;
                        }

                        // Told before it is saved: after a kill in between it is told twice, where it would not be told at all.
                        Options.Report?.OnEpoch(epoch);
                    }
                    finally
                    {
                        // A report that fails ends the training, and must not cost the epoch.
                        SaveEpoch(epoch, isLast: _epochsDone == last || isStopped);
                    }
                }
                catch (NonFiniteLossException exception) when (CanRollBack)
                {
                    RollBack(exception);
                    epochs.RemoveAll(epoch => epoch.Epoch > _epochsDone);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            SaveCanceled();
            throw;
        }
        finally
        {
            _noise = (Model.Arena.Noise.Seed, Model.Arena.Noise.Calls);
            using (Model.Arena.TakeTurn())
                modes.Restore();
            ForgetBuffers();
            Leave();
        }

        var result = ResultOf(epochs, clock.Elapsed);
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

    /// <summary>Releases the optimizer and the replicas; the network stays.</summary>
    /// <exception cref="InvalidOperationException">
    /// A call of this trainer is running: it was called by a hook, or on another thread.
    /// </exception>
    public void Dispose()
    {
        if (!_use.End())
            return;
        _stopping?.Dispose();
        _team?.Dispose();
        _steps?.Dispose();
        _start?.Dispose();
        Leave();
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
    /// <param name="isResumed">Whether a checkpoint will be loaded, so that nothing may be written as for a fresh training.</param>
    private void RequireOptimizer(bool isResumed = false)
    {
        var parameters = Model.Arena.OptimizedParameters().ToList();
        if (_steps is not null && _team is not null
            && parameters.Select(entry => entry.Parameter).SequenceEqual(_steps.Parameters, ReferenceEqualityComparer.Instance))
            return;
        _team?.Dispose();
        _steps?.Dispose();
        (_team, _steps) = (null, null);
        _steps = _ivon is null
            ? new PosteriorSteps(parameters, Options, MeanKinds())
            : new IvonSteps(Model.Arena, Options, _ivon, () => _sharedBy / Beta, isFresh: _stepsDone == 0 && !isResumed);
        _team = new DrawTeam(Model, _forward, _steps, Options);
    }

    /// <summary>What lies where weights lie, by its kind: weight decay is for that alone.</summary>
    private HashSet<string> MeanKinds() =>
    [
        NetworkArena.DeterministicKind,
        .. Model.Arena.Families.Select(arena => arena.Family.ParameterNames).Select(names => names.Contains("mu") ? "mu" : names[0]),
    ];
}
