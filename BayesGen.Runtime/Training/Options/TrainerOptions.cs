using System.Collections.ObjectModel;
using BayesGen.Likelihoods;
using BayesGen.Optimizers;
using BayesGen.Parameters;
using BayesGen.Pruning;
using BayesGen.Reporting;
using BayesGen.Training;
using BayesGen.Variational;

namespace BayesGen;

/// <summary>
/// How to train: a value that never changes, for any number of trainers. Lists and dictionaries are copied when they are set.
/// </summary>
public sealed record TrainerOptions
{
    private readonly FitLoss? _fitLoss;
    private readonly bool _hasFitLoss;

    /// <summary>
    /// The number of passes over the training data; at least 1. Null takes 10, and of small data as many as make 1,000 steps: a posterior
    /// is not found in fewer, since an optimizer such as Adam moves a parameter by about the learning rate in a step. Where the data does
    /// not tell how many batches it has, null takes 10.
    /// </summary>
    public int? Epochs { get; init; }

    /// <summary>The number K of weight draws in each step; at least 1.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>
    /// Whether draws come in pairs whose noise has opposite signs, so that what is odd in the noise cancels in their mean; then
    /// <see cref="Samples"/> is even.
    /// </summary>
    public bool Antithetic { get; init; }

    /// <summary>
    /// Makes copies of the network, so that the draws of a step run side by side on the cores of the CPU; null takes one draw after
    /// another. It pays from <see cref="Samples"/> 2 on, the more the smaller the network and the more cores there are.
    /// </summary>
    public Replicas? Replicas { get; init; }

    /// <summary>
    /// The learning rate at its highest; positive. The default suits Adam on networks of a few layers with decay and factors as they stand
    /// here; deep or recurrent networks often want a lower one.
    /// </summary>
    public double LearningRate { get; init; } = 4e-3;

    /// <summary>
    /// A factor on the learning rate as a function of progress, 0 at the first step and toward 1 at the last;
    /// <see cref="LearningRateSchedules"/> has ready-made ones. Null leaves it constant. By default the rate is full for one half and falls
    /// to zero in the other.
    /// </summary>
    /// <example><c>progress => progress &lt; 0.5 ? 1 : 2 * (1 - progress)</c> is the default.</example>
    public Func<double, double>? LearningRateSchedule { get; init; } = LearningRateSchedules.LinearDecay(from: 0.5);

    /// <summary>
    /// Factors on the learning rate by the name of the parameter: a variational parameter as in state keys (<c>log_sigma2</c>), the same of
    /// one family alone (<c>LogUniform.log_sigma</c>, which wins over <c>log_sigma</c>), <c>prior</c> for trainable priors, or
    /// <c>deterministic</c> for the weights that nobody annotated. What is not named has factor 1, so that an empty dictionary is one rate
    /// for all. Null takes the factors of each family, <see cref="PosteriorParameterAttribute.LearningRateFactor"/>.
    /// </summary>
    /// <remarks>
    /// The families that prune ask for a factor of 3: SparseDropout for log_sigma2, LogUniform for log_sigma and log_alpha. Adam moves a
    /// parameter by about the learning rate in a step, whatever the size of its gradient. Means are of the order of 0.1, while the
    /// logarithm of a variance has some ten units to travel until a weight counts as pruned. Gaussian asks for none: at a faster rate the
    /// noise of weights that the data does not determine soon reaches that of the prior, and predictions become less certain than they are
    /// right. To prune a Gaussian network by signal to noise, <c>["log_sigma"] = 3</c> gets there in fewer epochs.
    /// </remarks>
    public IReadOnlyDictionary<string, double>? LearningRateFactors
    {
        get;
        init => field = value is null ? null : OptionValues.Copied(value, nameof(LearningRateFactors));
    }

    /// <summary>
    /// Factors on the learning rate by the key of a layer or weight, on top of all else: <c>encoder</c> for all that is under it,
    /// <c>encoder.weight</c>, or with * for any letters <c>*.bias</c>. Where several name a weight the longest one holds. What is not named
    /// has factor 1; at 0 a weight stays, but its divergence counts and its noise is drawn: see <c>model.Freeze</c> for what is not trained
    /// at all.
    /// </summary>
    public IReadOnlyDictionary<string, double> LearningRateFactorsOfLayers
    {
        get;
        init => field = OptionValues.Copied(value, nameof(LearningRateFactorsOfLayers));
    } = new Dictionary<string, double>();

    /// <summary>
    /// Bounds of parameters by name as in <see cref="LearningRateFactors"/>, kept after every step, for example
    /// <c>{ ["log_sigma"] = (-10, 0) }</c>. Nothing is bounded that is not named.
    /// </summary>
    public IReadOnlyDictionary<string, Bounds> Bounds
    {
        get;
        init => field = OptionValues.Copied(value, nameof(Bounds));
    } = new Dictionary<string, Bounds>();

    /// <summary>
    /// The largest Euclidean norm of the whole gradient, posterior and deterministic weights together; a longer one is shortened to it
    /// before the step. Null leaves gradients as they are.
    /// </summary>
    public double? MaxGradientNorm { get; init; }

    /// <summary>
    /// What the targets are: it gives the loss on the data, checks targets before the training begins, and stays with the network, so that
    /// predictions and evaluations know it. Null takes the likelihood that <see cref="FitLoss"/> belongs to, where one is set; else that of
    /// the network, where it was trained or loaded with one (or by the squared error, which then stays the loss); else classes,
    /// <see cref="Likelihoods.Likelihood.Categorical"/>.
    /// </summary>
    /// <example><c>new TrainerOptions { Likelihood = Likelihood.Bernoulli() }</c></example>
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

    /// <summary>
    /// The weight of the divergence; 1 is the ELBO. Null is a <see cref="LinearWarmup"/> from 0 to 1 over the first half of the epochs, but
    /// over 100 at most and, with <see cref="EarlyStopping"/>, over 10: a network that pays for its weights before it has learned anything
    /// gives them up, and does not get them back.
    /// </summary>
    public BetaSchedule? Beta { get; init; }

    /// <summary>What the divergence is divided by.</summary>
    public DivergenceScale DivergenceScale { get; init; } = DivergenceScale.PerExample;

    /// <summary>
    /// The number N of training examples. Null takes it from the data; required where the data does not tell. Where the data tells another
    /// number, this one holds, and a notice says so.
    /// </summary>
    public long? ExampleCount { get; init; }

    /// <summary>The number of examples in a batch, for data that is not in batches yet; at least 1.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>
    /// The most examples that go through the network at once (gradient accumulation): a larger batch is taken in equal parts, none larger,
    /// under the same samples of the weights, whose gradients are added up before the optimizer's step. So a batch may be larger than
    /// memory allows. Null takes batches whole. It changes no result beyond rounding, but where a layer looks at the batch as batch
    /// normalization does, and where <see cref="Estimator.Local"/> adds noise for each example.
    /// </summary>
    public int? MicroBatchSize { get; init; }

    /// <summary>
    /// Whether the last batch of an epoch is left out where it has fewer examples than the others, of data that is not in batches yet. N
    /// stays what it is: shuffled, each example has its turn in other epochs.
    /// </summary>
    public bool DropLast { get; init; }

    /// <summary>Whether such data is shuffled in every epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>
    /// What is measured besides the loss. Where none is named, an evaluation of classes, or of yes and no, measures the accuracy.
    /// </summary>
    public IReadOnlyList<Metric> Metrics
    {
        get;
        init => field = OptionValues.Copied(value, nameof(Metrics));
    } = [];

    /// <summary>Called after every step with the trainer and the result of the step.</summary>
    public IReadOnlyList<Action<VariationalTrainer, StepResult>> Hooks
    {
        get;
        init => field = OptionValues.Copied(value, nameof(Hooks));
    } = [];

    /// <summary>Is told about steps and epochs; see <see cref="ReportChain"/> for several.</summary>
    public IReport? Report { get; init; }

    /// <summary>The thresholds that validation prunes by, for the evaluation alone; null prunes nothing.</summary>
    public Thresholds? Threshold { get; init; }

    /// <summary>What the weights hold in validation and evaluation.</summary>
    public WeightState EvaluateAt { get; init; } = WeightState.Mean;

    /// <summary>
    /// The number of samples from which an evaluation estimates its <see cref="EvaluationResult.Elbo"/>; each costs one more pass over the
    /// data. 0 leaves it out. A network without Bayesian weights needs none.
    /// </summary>
    public int ElboSamples { get; init; } = 1;

    /// <summary>The seed of the noise and of the order of the data.</summary>
    public int Seed { get; init; }

    /// <summary>Where training and evaluation move batches to; null takes the device of the weights.</summary>
    public Device? Device { get; init; }

    /// <summary>Makes the optimizer; <see cref="FlatAdam"/> by default.</summary>
    public OptimizerFactory Optimizer { get; init; } = (parameters, learningRate) => new FlatAdam(parameters, learningRate);

    /// <summary>
    /// Whether training and evaluation settle how the C library of the process (Linux) keeps freed memory: large buffers stay with the
    /// process between batches, which saves thousands of page faults each, and what is free is handed back when the process has grown, so
    /// that it does not grow by fragmentation.
    /// </summary>
    public bool ManageMemory { get; init; } = true;

    /// <summary>
    /// Whether inputs of four dimensions [N, C, H, W] are laid out in memory with the channels last, as PyTorch's <c>channels_last</c>.
    /// Null does so on the CPU, in float32, for networks with convolutions whose forward takes it; true always does, false never. Shapes
    /// and results are the same up to rounding.
    /// </summary>
    /// <remarks>
    /// Torch's pooling on the CPU is several times as fast that way. Whether the forward takes it is found out on one example before the
    /// first step: <c>x.view(...)</c> behind a convolution does not, <c>x.flatten(1)</c> does.
    /// </remarks>
    public bool? ChannelsLast { get; init; }

    /// <summary>Where and when the training writes checkpoints; null saves nothing. See <see cref="VariationalTrainer.Resume"/>.</summary>
    public CheckpointOptions? Checkpoints { get; init; }

    /// <summary>Ends the training when it does not get better any more; null trains for all epochs.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>
    /// What happens when the loss or the gradient of a step is not a finite number, or the loss grows a thousandfold; by default the
    /// training stops.
    /// </summary>
    public NonFinitePolicy NonFinite { get; init; } = NonFinitePolicy.Stop;

    /// <summary>The likelihood that the loss on the data belongs to; null where it is a loss of another kind.</summary>
    internal Likelihood? LikelihoodOfFit => Likelihood ?? Likelihood.Of(FitLoss);

    /// <summary>What targets are held against; numbers under a fit loss alone are not, since what is not finite has a policy.</summary>
    internal Likelihood? LikelihoodOfTargets => Likelihood ?? LikelihoodOfFit as ClassLikelihood;

    /// <summary>
    /// The same options with the likelihood, or the squared error, that a network was trained or loaded with, where they say nothing
    /// themselves.
    /// </summary>
    internal TrainerOptions For(NetworkArena arena) => Likelihood is not null || _hasFitLoss ? this
        : arena.NotedLikelihood == LikelihoodChoice.SquaredError ? this with { FitLoss = FitLoss.SquaredError }
        : LikelihoodChoice.NotedOn(arena) is { } noted ? this with { Likelihood = noted }
        : this;

    /// <summary>The processes that train together; null trains alone. The package BayesGen.Mpi sets it.</summary>
    internal TrainingGroup? Group { get; init; }

    internal void Validate()
    {
        Checkpoints?.Validate();
        EarlyStopping?.Validate();
        OptionValues.RequireValues(Metrics, nameof(Metrics));
        OptionValues.RequireValues(Hooks, nameof(Hooks));
        OptionValues.RequireValue(FitLoss, nameof(FitLoss));
        if (_fitLoss is not null && Likelihood is not null)
            throw new ArgumentException(
                $"TrainerOptions has a Likelihood, {Likelihood}, and a FitLoss, {_fitLoss.Name}. The likelihood gives the loss on the data: leave "
                + "FitLoss out, or set it alone for a loss that is no likelihood.", nameof(FitLoss));
        OptionValues.RequireValue(Optimizer, nameof(Optimizer));
        OptionValues.RequireValue(NonFinite, nameof(NonFinite));
        OptionValues.RequireDefined(EvaluateAt, nameof(EvaluateAt));
        OptionValues.RequireDefined(DivergenceScale, nameof(DivergenceScale));
        OptionValues.RequireDefined(FitLoss.Reduction, $"{nameof(FitLoss)}.{nameof(FitLoss.Reduction)}");
        if (Epochs is { } epochs)
            ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1, nameof(Epochs));
        ArgumentOutOfRangeException.ThrowIfLessThan(Samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        if (MicroBatchSize is { } part)
            ArgumentOutOfRangeException.ThrowIfLessThan(part, 1, nameof(MicroBatchSize));
        if (Antithetic && Samples % 2 != 0)
            throw new ArgumentException(
                $"Antithetic draws come in pairs, and {nameof(Samples)} is {Samples}: set it to an even number.", nameof(Samples));
        ArgumentOutOfRangeException.ThrowIfNegative(ElboSamples);
        if (!double.IsFinite(LearningRate) || LearningRate <= 0)
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate is positive and finite.");
        foreach (var (name, factor) in LearningRateFactors ?? ReadOnlyDictionary<string, double>.Empty)
            if (!double.IsFinite(factor) || factor < 0)
                throw new ArgumentOutOfRangeException(
                    nameof(LearningRateFactors), factor, $"The factor on the learning rate of '{name}' is finite and not negative.");
        foreach (var (name, (min, max)) in Bounds)
            if (!(min <= max))
                throw new ArgumentException($"The bounds of '{name}' are {min} and {max}; the lower one comes first.", nameof(Bounds));
        if (MaxGradientNorm is { } norm && !(norm > 0))
            throw new ArgumentOutOfRangeException(nameof(MaxGradientNorm), norm, "The largest norm of a gradient is positive.");
        if (ExampleCount is { } count)
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(ExampleCount));
        if (Metrics.GroupBy(metric => metric.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Two metrics are called '{twice.Key}'.", nameof(Metrics));
    }
}
