using BayesGen.Data;
using BayesGen.Likelihoods;
using BayesGen.Parameters;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>What a trainer trains, and how: nothing here changes while it lives.</summary>
internal sealed class TrainingSetup
{
    /// <summary>What is trained where nobody says how long: epochs, and steps where epochs are short.</summary>
    private const int LeastEpochs = 10;
    private const long LeastSteps = 1000;

    /// <summary>The longest warm-up of beta that nobody asked for, in epochs; and where the training may end early.</summary>
    private const double LongestWarmup = 100;
    private const double LongestWarmupBeforeStopping = 10;

    /// <exception cref="NotSupportedException">The loss cannot score a family of the network.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TrainingSetup(
        IBayesianNetwork model, Func<Tensor, Tensor> forward, VariationalLoss loss, TrainerOptions options, IvonOptions? ivon)
    {
        options.Validate();
        options = options.For(model.Arena);
        loss.RequireScores(model.Arena);
        (Model, Loss, Options, Ivon) = (model, loss, options, ivon);
        Likelihood = options.LikelihoodOfFit;
        StepMetrics = [.. options.Metrics.Where(metric => metric.OfAll is null)];
        RequireParts(loss, options);
        LayerRates.Require(model.Arena, options);
        Network = new BatchForward(model, forward, options.FitLoss, options.Device, options.ChannelsLast, options.LikelihoodOfTargets);
        Beta = options.Beta ?? LinearWarmup.OfHalf(options.EarlyStopping is null ? LongestWarmup : LongestWarmupBeforeStopping);
        BetaName = Beta.ToString() ?? "";
    }

    public IBayesianNetwork Model { get; }

    public NetworkArena Arena => Model.Arena;

    public VariationalLoss Loss { get; }

    public TrainerOptions Options { get; }

    /// <summary>How IVON moves; null where an optimizer does.</summary>
    public IvonOptions? Ivon { get; }

    /// <summary>The processes that train together.</summary>
    public TrainingGroup Group => Options.Group ?? TrainingGroup.Alone;

    /// <summary>The network on batches.</summary>
    public BatchForward Network { get; }

    /// <summary>The schedule of beta.</summary>
    public BetaSchedule Beta { get; }

    /// <summary>The name of the schedule, by which a checkpoint knows it again.</summary>
    public string BetaName { get; }

    /// <summary>Whether the fit loss has a noise that can be learned in closed form.</summary>
    public bool LearnsNoise => Likelihood is GaussianLikelihood { Sigma: null, Factors: null };

    /// <summary>What is measured in every step: metrics that are a mean over examples.</summary>
    public IReadOnlyList<Metric> StepMetrics { get; }

    /// <summary>What the targets are; null where the fit loss is no likelihood.</summary>
    public Likelihood? Likelihood { get; }

    /// <summary>The number of samples of a step that are taken at once.</summary>
    public int SamplesAtOnce =>
        Options.Replicas is { } replicas ? Math.Min(replicas.AtOnce ?? get_num_threads(), Options.Samples) : 1;

    /// <summary>Whether somebody may go back to a place inside an epoch.</summary>
    public bool KeepsPlaces => Options.Checkpoints is not null || Options.NonFinite.RollBacks > 0;

    /// <summary>The number N of training examples by the options or the data; null where neither says.</summary>
    public long? ExamplesOf(BatchSource? data) => Options.ExampleCount ?? data?.ExampleCount;

    /// <summary>The number of epochs of one training: that of the options, or as many as the data needs.</summary>
    public int EpochsOn(BatchSource train)
    {
        if (Options.Epochs is { } asked)
            return asked;
        var steps = train.BatchCount(Options.BatchSize) is { } batches and > 0 ? batches : LeastSteps;
        return (int)Math.Max(LeastEpochs, (LeastSteps + steps - 1) / steps);
    }

    /// <summary>What the divergence is divided by.</summary>
    /// <exception cref="ArgumentException">The data is empty, or nobody says how much it is.</exception>
    public long SharedBy(BatchSource train)
    {
        if (Options.DivergenceScale == DivergenceScale.None)
            return 1;
        var examples = ExamplesOf(train)
            ?? throw new ArgumentException(
                "The data does not tell how many examples it has, and the divergence is shared by them. Set TrainerOptions.ExampleCount "
                + "to the number N of training examples, or DivergenceScale to None.");
        return examples > 0 ? examples : throw new ArgumentException("The training data is empty.");
    }

    /// <summary>Finds out before a report is told that something begins what would end it at once.</summary>
    public void RequireTrainable()
    {
        RequireLiving();
        if (Arena.BayesianCount == 0 && Loss.NeedsPosterior)
            throw new NotSupportedException(
                "The network has no Bayesian weights, so there is no divergence to train by. Annotate a layer with [Bayesian(...)].");
    }

    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void RequireLiving()
    {
        // Of a network that was disposed the counts are left.
        if (Arena is { Families.Count: 0, BayesianCount: > 0 } or { Inventory.IsDisposed: true })
            throw new ObjectDisposedException(Model.GetType().Name, "The network of this trainer was disposed. Make both again.");
    }

    /// <summary>Finds out before the first epoch what would go wrong with a score after it.</summary>
    /// <param name="score">The score; null goes by none.</param>
    /// <param name="option">The option that names it.</param>
    /// <param name="validation">The validation data, or null.</param>
    /// <exception cref="ArgumentException">There is no validation data, no such metric, or no ELBO.</exception>
    public void RequireScore(CheckpointScore? score, string option, BatchSource? validation)
    {
        if (score is null)
            return;
        if (score.NeedsValidation && validation is null)
            throw new ArgumentException($"{option} goes by the {score.Name}, and Train was given no validation data.");
        if (score.MetricName is { } name && Options.Metrics.All(metric => metric.Name != name)
            && !(Options.Metrics.Count == 0 && Likelihood is ClassLikelihood && name == Metric.AccuracyName))
            throw new ArgumentException($"{option} goes by the metric '{name}', which is not among TrainerOptions.Metrics.");
        if (score.NeedsElbo && Options.ElboSamples == 0 && Arena.BayesianCount > 0)
            throw new ArgumentException(
                $"{option} goes by the {score.Name}, and TrainerOptions.ElboSamples is 0, which leaves the ELBO out.");
    }

    /// <summary>Parts of a batch go backward before it is known how much the sample counts.</summary>
    private static void RequireParts(VariationalLoss loss, TrainerOptions options)
    {
        if (options.MicroBatchSize is null)
            return;
        using var scope = NewDisposeScope();
        var zero = tensor(0.0, dtype: ScalarType.Float64, device: CPU);
        if (loss.LogWeight(zero, zero, beta: 1, examples: 1) is not null)
            throw new NotSupportedException(
                $"{loss.Name} weighs the samples of a step by the fit of the whole batch, which is known too late for a batch in parts. Leave "
                + "TrainerOptions.MicroBatchSize out, or use ElboLoss.");
    }
}
