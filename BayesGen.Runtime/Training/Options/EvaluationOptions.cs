using BayesGen.Likelihoods;
using BayesGen.Parameters;
using BayesGen.Reporting;
using BayesGen.Training;

namespace BayesGen;

/// <summary>How an <see cref="Evaluator"/> evaluates: a value that never changes. A list is copied when it is set.</summary>
public sealed record EvaluationOptions
{
    private readonly FitLoss? _fitLoss;
    private readonly bool _hasFitLoss;

    /// <summary>The loss, for the divergence of the posterior from the prior; the ELBO by default.</summary>
    public VariationalLoss Loss { get; init; } = new ElboLoss();

    /// <summary>
    /// What the targets are: it gives the loss on the data and what is measured. Null takes the likelihood that <see cref="FitLoss"/>
    /// belongs to, where one is set; else that of the network, where it was trained or loaded with one (or by the squared error, which then
    /// is the loss); else classes.
    /// </summary>
    public Likelihood? Likelihood { get; init; }

    /// <summary>
    /// The loss on the data. Where none is set it is that of <see cref="Likelihood"/>, and without that <see cref="FitLoss.CrossEntropy"/>.
    /// Set one of the two.
    /// </summary>
    public FitLoss FitLoss
    {
        get => _hasFitLoss ? _fitLoss! : Likelihood?.FitLoss ?? FitLoss.CrossEntropy;
        init => (_fitLoss, _hasFitLoss) = (value, true);
    }

    /// <summary>The weight of the divergence in <see cref="EvaluationResult.Total"/>; finite, not negative.</summary>
    public double Beta
    {
        get;
        init => field = BetaSchedule.NotNegative(value, nameof(Beta));
    } = 1;

    /// <summary>What the divergence is divided by in <see cref="EvaluationResult.Total"/>.</summary>
    public DivergenceScale DivergenceScale { get; init; } = DivergenceScale.PerExample;

    /// <summary>
    /// The number N of training examples that the divergence is shared by; null takes the number of examples of the data that is evaluated.
    /// </summary>
    public long? ExampleCount { get; init; }

    /// <summary>The number of examples in a batch, for data that is not in batches yet; at least 1.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>
    /// What is measured besides the loss. Where none is named, an evaluation of classes, or of yes and no, measures the accuracy.
    /// </summary>
    public IReadOnlyList<Metric> Metrics
    {
        get;
        init => field = Array.AsReadOnly([.. value]);
    } = [];

    /// <summary>What the weights hold.</summary>
    public WeightState EvaluateAt { get; init; } = WeightState.Mean;

    /// <summary>
    /// The number of samples of the weights from which <see cref="EvaluationResult.Elbo"/> is estimated; each costs one more pass over the
    /// data. 0 leaves it out. A network without Bayesian weights needs none.
    /// </summary>
    public int ElboSamples { get; init; } = 1;

    /// <summary>Where batches are moved to; null takes the device of the weights.</summary>
    public Device? Device { get; init; }

    /// <summary>As <see cref="TrainerOptions.ChannelsLast"/>.</summary>
    public bool? ChannelsLast { get; init; }

    /// <summary>As <see cref="TrainerOptions.ManageMemory"/>.</summary>
    public bool ManageMemory { get; init; } = true;

    /// <summary>The seed that data is asked for batches with; an evaluation shuffles nothing.</summary>
    internal int Seed { get; private init; }

    /// <summary>The likelihood that the loss on the data belongs to; null where it is a loss of another kind.</summary>
    internal Likelihood? LikelihoodOfFit => Likelihood ?? Likelihood.Of(FitLoss);

    /// <summary>What targets are held against; numbers under a fit loss alone are not.</summary>
    internal Likelihood? LikelihoodOfTargets => Likelihood ?? LikelihoodOfFit as ClassLikelihood;

    /// <summary>
    /// The same options with the likelihood, or the squared error, that a network was trained or loaded with, where they say nothing
    /// themselves.
    /// </summary>
    internal EvaluationOptions For(NetworkArena arena) => Likelihood is not null || _hasFitLoss ? this
        : arena.NotedLikelihood == LikelihoodChoice.SquaredError ? this with { FitLoss = FitLoss.SquaredError }
        : LikelihoodChoice.NotedOn(arena) is { } noted ? this with { Likelihood = noted }
        : this;

    /// <summary>How a trainer evaluates; beta and the number of examples are those of its training.</summary>
    internal static EvaluationOptions Of(VariationalLoss loss, TrainerOptions options) => (options.Likelihood is { } likelihood
        ? new EvaluationOptions { Likelihood = likelihood }
        : new EvaluationOptions { FitLoss = options.FitLoss }) with
    {
        Loss = loss,
        DivergenceScale = options.DivergenceScale,
        ExampleCount = options.ExampleCount,
        BatchSize = options.BatchSize,
        Metrics = options.Metrics,
        EvaluateAt = options.EvaluateAt,
        ElboSamples = options.ElboSamples,
        Device = options.Device,
        ChannelsLast = options.ChannelsLast,
        ManageMemory = options.ManageMemory,
        Seed = options.Seed,
    };

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Loss);
        ArgumentNullException.ThrowIfNull(FitLoss);
        if (_fitLoss is not null && Likelihood is not null)
            throw new ArgumentException(
                $"EvaluationOptions has a Likelihood, {Likelihood}, and a FitLoss, {_fitLoss.Name}. Leave one of the two out.",
                nameof(FitLoss));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ElboSamples);
        if (ExampleCount is { } count)
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(ExampleCount));
        OptionValues.RequireDefined(EvaluateAt, nameof(EvaluateAt), nameof(EvaluationOptions));
        OptionValues.RequireDefined(DivergenceScale, nameof(DivergenceScale), nameof(EvaluationOptions));
        OptionValues.RequireDefined(FitLoss.Reduction, $"{nameof(FitLoss)}.{nameof(FitLoss.Reduction)}", nameof(EvaluationOptions));
        ArgumentNullException.ThrowIfNull(Metrics);
        if (Metrics.Any(metric => metric is null))
            throw new ArgumentException("EvaluationOptions.Metrics holds null. Leave it out.", nameof(Metrics));
        if (Metrics.GroupBy(metric => metric.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException(
                $"Two metrics of EvaluationOptions.Metrics are called '{twice.Key}'. Give each a name.", nameof(Metrics));
    }
}
