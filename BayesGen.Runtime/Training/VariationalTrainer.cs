using System.Runtime.CompilerServices;
using BayesGen.Data;
using BayesGen.Likelihoods;
using BayesGen.Native;
using BayesGen.Parameters;
using BayesGen.Pruning;
using BayesGen.Reporting;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>
/// Trains and evaluates a Bayesian neural network. Generated wrappers make one by <c>CreateTrainer</c>, where the compiler checks that the
/// loss can score every family of the network.
/// </summary>
public sealed class VariationalTrainer : IDisposable
{
    private readonly TrainerUse _use = new(typeof(VariationalTrainer));
    private readonly TrainingParts _parts;

    /// <summary>A trainer for a network.</summary>
    /// <param name="model">The Bayesian neural network. It is trained in place and stays yours.</param>
    /// <param name="forward">Computes the network's output for a batch of inputs.</param>
    /// <param name="loss">The loss; it must score every family of the network.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="NotSupportedException">The loss cannot score a family of the network.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public VariationalTrainer(IBayesianNetwork model, Func<Tensor, Tensor> forward, VariationalLoss loss, TrainerOptions options)
        : this(model, forward, loss, options, ivon: null)
    {
    }

    private VariationalTrainer(
        IBayesianNetwork model, Func<Tensor, Tensor> forward, VariationalLoss loss, TrainerOptions options, IvonOptions? ivon)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(options);
        _parts = new TrainingParts(
            new TrainingSetup(model, forward, loss, options, ivon),
            [.. options.Hooks.Select(hook => (Action<StepResult>)(result => hook(this, result)))]);
    }

    /// <summary>
    /// A trainer that moves a Gaussian posterior by IVON, the improved variational online Newton method: it descends fit + beta KL / N as
    /// <see cref="ElboLoss"/> does, by natural gradients, with log_sigma set from a running mean of curvatures. A step costs no more than
    /// one of Adam over mu and log_sigma. Generated wrappers make one by <c>CreateIvonTrainer</c>, where the network can have it.
    /// </summary>
    /// <remarks>
    /// Shen et al., "Variational Learning is Effective for Large Deep Networks", ICML 2024. Beta is 1 where the options give none; another
    /// constant tempers the posterior. LearningRate, LearningRateFactors, Bounds and Optimizer are for the weights that nobody annotated.
    /// </remarks>
    /// <param name="model">
    /// The Bayesian neural network, of Gaussian weights with fixed Gaussian priors. It is trained in place and stays yours.
    /// </param>
    /// <param name="forward">Computes the network's output for a batch of inputs.</param>
    /// <param name="options">How to train.</param>
    /// <param name="ivon">How IVON moves; null is the default.</param>
    /// <exception cref="NotSupportedException">
    /// A weight is not Gaussian, or its prior is not a fixed Gaussian; the message names it.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of its range, or means nothing to IVON.</exception>
    public static VariationalTrainer WithIvon(
        IBayesianNetwork model, Func<Tensor, Tensor> forward, TrainerOptions options, IvonOptions? ivon = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ivon ??= new IvonOptions();
        ivon.Validate();
        IvonSteps.RequireMeaning(options);
        var trainer = new VariationalTrainer(
            model, forward, new IvonLoss(), options with { Beta = options.Beta ?? new ConstantBeta(1) }, ivon);
        foreach (var arena in model.Arena.Families)
            foreach (var weight in arena.Weights)
                IvonLoss.PriorOf(arena, weight);
        return trainer;
    }

    /// <summary>The network.</summary>
    public IBayesianNetwork Model => _parts.Setup.Model;

    /// <summary>The loss.</summary>
    public VariationalLoss Loss => _parts.Setup.Loss;

    /// <summary>How to train.</summary>
    public TrainerOptions Options => _parts.Setup.Options;

    /// <summary>
    /// The present weight of the divergence, finite and not negative. A hook may set it; the schedule continues from there.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to something else.</exception>
    public double Beta
    {
        get => _parts.State.Beta;
        set => _parts.State.Beta = value;
    }

    /// <summary>Reads the numbers of steps late on the CPU too, for tests.</summary>
    internal bool ReadsLateEverywhere
    {
        get => _parts.Reader.ReadsLateEverywhere;
        set => _parts.Reader.ReadsLateEverywhere = value;
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
        TrainingLoop? loop = null;
        try
        {
            return Train(train, validation, cancellation, out loop);
        }
        catch (Exception exception) when (loop?.IsCanceled != true)
        {
            _parts.Setup.Group.Fail(exception);
            throw;
        }
    }

    private TrainingResult Train(BatchSource train, BatchSource? validation, CancellationToken cancellation, out TrainingLoop? loop)
    {
        loop = null;
        _parts.Notices.Clear();
        if (_parts.State.Stopping?.IsStopped == true)
            return AlreadyStopped();
        _parts.Setup.RequireTrainable();
        _parts.Setup.RequireScore(Options.EarlyStopping?.Monitor, "TrainerOptions.EarlyStopping", validation);
        var sharedBy = _parts.Setup.SharedBy(train);
        (BatchSource Data, TargetCheck Check)? judged =
            validation is null ? null : (validation, _parts.Setup.Network.CheckTargets(validation));
        var check = _parts.Setup.Network.OfTraining = _parts.Setup.Network.CheckTargets(train);
        Model.Arena.NotedLikelihood = LikelihoodChoice.Noted(_parts.Setup.Likelihood, Options.FitLoss);
        _parts.State.Examples = _parts.Setup.ExamplesOf(train);
        _parts.Notices.AddOfExamples(Options.ExampleCount, train.ExampleCount);
        if (Options.ManageMemory)
            MallocTuning.Keep();
        _parts.Runner.Prepare(sharedBy);
        using var folder = _parts.Checkpoints.Hold(validation);
        using var note = Model.Arena.Turns.NoteTraining();
        using var together = _parts.Setup.Group.Begin(_parts.Setup, _parts.State, train, validation);
        _parts.Runner.Refresh();
        loop = new TrainingLoop(_parts, train, check.IsDone, judged, cancellation);

        // Before anything changes: a report that throws has then cost nothing.
        Options.Report?.OnStart(new TrainingInfo(
            loop.Last, _parts.State.Examples, Model.Arena.BayesianCount, Model.Arena.TotalCount, Loss.Name));
        _parts.Begin();
        var result = loop.Run();
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

    /// <summary>
    /// Takes an interrupted training up: the next <see cref="Train(BatchSource, BatchSource?, CancellationToken)"/> continues where the
    /// checkpoint was written, on the CPU and with the same number of threads bit for bit as if nothing had happened. Give it the data that
    /// the training had.
    /// </summary>
    /// <param name="path">
    /// The folder of <see cref="CheckpointOptions"/>, of which the newest whole checkpoint is taken, or a checkpoint file.
    /// </param>
    /// <returns>Where the training continues, and what the user should know.</returns>
    /// <remarks>
    /// What makes it impossible to continue bit for bit but leaves the training one training, such as another learning rate or number of
    /// threads, is a notice. A damaged checkpoint is renamed and the one before it taken. Move the network to its device first.
    /// </remarks>
    /// <exception cref="FileNotFoundException">There is no checkpoint.</exception>
    /// <exception cref="StateFileException">There are checkpoints and none is whole, or the file is none.</exception>
    /// <exception cref="StateMismatchException">
    /// The checkpoint belongs to another network; every key that does not fit is named.
    /// </exception>
    /// <exception cref="CheckpointMismatchException">The checkpoint belongs to another training; what differs is named.</exception>
    public ResumeReport Resume(string path) => TryResume(path)
        ?? throw new FileNotFoundException($"There is no checkpoint '{path}', and no folder of this name that holds one.", path);

    /// <summary>
    /// As <see cref="Resume"/>, for a program that is started the first time and again in the same way: null, and nothing is done, where
    /// there is no checkpoint yet.
    /// </summary>
    /// <param name="path">The folder, or a checkpoint file.</param>
    public ResumeReport? TryResume(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var turn = _use.Change(nameof(Resume));
        return _parts.Resume.TryResume(path);
    }

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
        try
        {
            _parts.Setup.RequireLiving();
            // Of several processes none may leave an evaluation that the others are in.
            return _parts.Evaluate(data, threshold, _parts.Setup.Group.Size > 1 ? CancellationToken.None : cancellation);
        }
        catch (Exception exception)
        {
            _parts.Setup.Group.Fail(exception);
            throw;
        }
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

    /// <summary>Releases the optimizer and the replicas; the network stays.</summary>
    /// <exception cref="InvalidOperationException">
    /// A call of this trainer is running: it was called by a hook, or on another thread.
    /// </exception>
    public void Dispose()
    {
        if (_use.End())
            _parts.Dispose();
    }

    /// <summary>What a training that has stopped answers to Train.</summary>
    private TrainingResult AlreadyStopped()
    {
        _parts.Notices.Add(
            $"This training stopped early after epoch {_parts.State.EpochsDone}, and Train does not take it up again. Make a new trainer to "
            + "train on.");
        return _parts.Result([], TimeSpan.Zero);
    }
}
