using TorchSharp.Modules;

namespace BayesGen;

/// <summary>What the divergence is divided by before it joins the mean fit loss.</summary>
public enum DivergenceScale
{
    /// <summary>By the number N of training examples: beta = 1 is the negative ELBO per example.</summary>
    PerExample,

    /// <summary>By nothing: fit + beta * divergence, as in the Python library, whose beta is ours divided by N.</summary>
    None,
}

/// <summary>Makes the optimizer over the flat posterior parameters and deterministic weights.</summary>
/// <param name="parameters">The tensors to optimise.</param>
/// <param name="learningRate">The learning rate of the options.</param>
public delegate optim.Optimizer OptimizerFactory(IReadOnlyList<Parameter> parameters, double learningRate);

/// <summary>How to train.</summary>
public sealed record TrainerOptions
{
    /// <summary>The number of passes over the training data; at least 1.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>The number K of weight draws in each step; at least 1.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>The learning rate; positive.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>
    /// A factor on the learning rate as a function of progress, 0 at the first step and towards 1 at the last. Null leaves it constant.
    /// </summary>
    /// <example><c>progress => progress &lt; 0.5 ? 1 : 2 * (1 - progress)</c> falls to zero in the second half.</example>
    public Func<double, double>? LearningRateSchedule { get; init; }

    /// <summary>The loss on the data.</summary>
    public FitLoss FitLoss { get; init; } = FitLoss.CrossEntropy;

    /// <summary>The weight of the divergence.</summary>
    public BetaSchedule Beta { get; init; } = 1.0;

    /// <summary>What the divergence is divided by.</summary>
    public DivergenceScale DivergenceScale { get; init; } = DivergenceScale.PerExample;

    /// <summary>
    /// The number N of training examples. Null takes it from the data; required where the data does not tell.
    /// </summary>
    public long? ExampleCount { get; init; }

    /// <summary>The number of examples in a batch, for data that is not in batches yet; at least 1.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Whether such data is shuffled in every epoch.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>What is measured besides the loss.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>Called after every step with the trainer and the result of the step.</summary>
    public IReadOnlyList<Action<VariationalTrainer, StepResult>> Hooks { get; init; } = [];

    /// <summary>Is told about steps and epochs; see <see cref="ReportChain"/> for several.</summary>
    public IReport? Report { get; init; }

    /// <summary>The thresholds that validation prunes by, for the evaluation alone; null prunes nothing.</summary>
    public Thresholds? Threshold { get; init; }

    /// <summary>What the weights hold in validation and evaluation.</summary>
    public WeightState EvaluateAt { get; init; } = WeightState.Mean;

    /// <summary>The seed of the noise and of the order of the data.</summary>
    public int Seed { get; init; }

    /// <summary>Where training and evaluation move batches to; null takes the device of the weights.</summary>
    public Device? Device { get; init; }

    /// <summary>Makes the optimizer; <see cref="FlatAdam"/> by default.</summary>
    public OptimizerFactory Optimizer { get; init; } = (parameters, learningRate) => new FlatAdam(parameters, learningRate);

    /// <summary>
    /// Whether the trainer settles how the C library of the process (Linux) keeps freed memory: large buffers stay with the process between
    /// steps, which saves thousands of page faults a step, and are swept every so often, so that it does not grow by fragmentation.
    /// </summary>
    public bool ManageMemory { get; init; } = true;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        if (!double.IsFinite(LearningRate) || LearningRate <= 0)
            throw new ArgumentOutOfRangeException(nameof(LearningRate), LearningRate, "The learning rate is positive and finite.");
        if (ExampleCount is { } count)
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(ExampleCount));
        if (Metrics.GroupBy(metric => metric.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Two metrics are called '{twice.Key}'.", nameof(Metrics));
    }
}
