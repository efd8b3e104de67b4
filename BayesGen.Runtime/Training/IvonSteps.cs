using BayesGen.Parameters;
using BayesGen.Serialization;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>
/// The steps of IVON: the Gaussian posterior by <see cref="IvonUpdate"/>, and the weights that nobody annotated by an optimizer of the
/// options.
/// </summary>
internal sealed class IvonSteps : ITrainingSteps
{
    private const string StepName = "step";
    private const string Prefix = "ivon.";
    private const string PartName = Prefix + "rate.part";
    private const string LearningRateScaleName = Prefix + "rate.damping";

    private readonly TrainerOptions _options;
    private readonly IvonOptions _ivon;
    private readonly Func<double> _sampleSize;
    private readonly List<(string Name, IvonArena Arena)> _arenas = [];
    private double _part = 1;
    private double _learningRateScale = 1;
    private long _step;

    /// <param name="network">The network.</param>
    /// <param name="options">How to train.</param>
    /// <param name="ivon">How IVON moves.</param>
    /// <param name="sampleSize">Tells lambda, the number of examples that the divergence is shared by, over beta.</param>
    /// <param name="isFresh">Whether nothing was learned yet, so that the curvature of the options may overwrite log_sigma.</param>
    /// <exception cref="NotSupportedException">The prior of a weight is not a fixed Gaussian.</exception>
    public IvonSteps(NetworkArena network, TrainerOptions options, IvonOptions ivon, Func<double> sampleSize, bool isFresh)
    {
        // The start leaves the widths of frozen weights as they are.
        network.Freezing.Read();
        (_options, _ivon, _sampleSize) = (options, ivon, sampleSize);
        List<OptimizedParameter> all = [.. OptimizedParameter.Of(network.Inventory)];
        Parameters = [.. all.Select(entry => entry.Parameter)];
        foreach (var family in network.Families)
        {
            var (name, kind, _) = all.First(entry => ReferenceEquals(entry.Parameter, family.Flat[0]));
            _arenas.Add((name[..^(kind.Length + 1)], new IvonArena(family, ivon, SampleSize, isFresh)));
        }

        List<OptimizedParameter> plain = [.. network.Inventory.Deterministic
            .Select(arena => all.First(entry => ReferenceEquals(entry.Parameter, arena.Flat)))];
        Deterministic = plain.Count == 0 ? null : new PosteriorSteps(plain, options);
    }

    /// <summary>Refuses what an ordinary trainer is told and IVON has no place for.</summary>
    /// <exception cref="ArgumentException">An option means nothing to IVON.</exception>
    public static void RequireMeaning(TrainerOptions options)
    {
        if (options.Beta is not (null or ConstantBeta { Initial: > 0 }))
            throw new ArgumentException(
                "IVON takes a constant, positive beta: it tempers the posterior, whose width is set in every step. Leave TrainerOptions.Beta "
                + "out for the ELBO.", nameof(options));
        if (options.Replicas is not null)
            throw new ArgumentException(
                "IVON keeps what it needs of a draw in the model alone. Leave TrainerOptions.Replicas out, or use CreateTrainer.",
                nameof(options));
        if (options.MaxGradientNorm is not null)
            throw new ArgumentException(
                "A shortened gradient would tell IVON of a flatter loss. Leave TrainerOptions.MaxGradientNorm out and set "
                + "IvonOptions.TrustRadius.", nameof(options));
        if (options.LearningRateFactorsOfLayers.Count > 0)
            throw new ArgumentException(
                "IVON moves all Gaussian weights by one rule, whose step is not proportional to a rate. Leave "
                + "TrainerOptions.LearningRateFactorsOfLayers out, or use CreateTrainer.", nameof(options));
        foreach (var (option, keys) in new[]
        {
            (nameof(options.LearningRateFactors), options.LearningRateFactors?.Keys ?? []), (nameof(options.Bounds), options.Bounds.Keys),
        })
            if (keys.FirstOrDefault(key => key != OptimizedParameter.DeterministicKind) is { } key)
                throw new ArgumentException(
                    $"TrainerOptions.{option} names '{key}', which IVON moves by a rule of its own (IvonOptions). Name "
                    + $"'{OptimizedParameter.DeterministicKind}' alone, or use CreateTrainer.", nameof(options));
    }
    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The present learning rate of the Gaussian means.</summary>
    public double LearningRate => _ivon.LearningRate * _part * _learningRateScale;

    /// <inheritdoc/>
    public double LearningRateScale
    {
        get => _learningRateScale;
        set
        {
            _learningRateScale = value;
            if (Deterministic is { } deterministic)
                deterministic.LearningRateScale = value;
        }
    }

    /// <summary>What moves the weights that nobody annotated; null where there are none.</summary>
    public PosteriorSteps? Deterministic { get; }

    /// <summary>
    /// The state beside the posterior: by the name of the arena, <c>Gaussian.momentum</c> and <c>Gaussian.precision</c> (h + delta). Live
    /// tensors, flat.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateTensors => _arenas
        .SelectMany(entry => new[] { ($"{entry.Name}.momentum", entry.Arena.Momentum), ($"{entry.Name}.precision", entry.Arena.Precision) })
        .ToDictionary(entry => entry.Item1, entry => entry.Item2);

    /// <summary>The numbers of the state: the steps taken.</summary>
    public IReadOnlyDictionary<string, double> StateNumbers => new Dictionary<string, double> { [StepName] = _step };

    private bool IsOneSample => _options.Samples == 1;

    private double SampleSize => _sampleSize() is var size && double.IsFinite(size) && size > 0
        ? size
        : throw new InvalidOperationException("IVON needs a positive beta: with beta 0 the posterior has no width.");

    /// <summary>Continues from a state, in steps that were made as not fresh. The posterior itself is the network's to load.</summary>
    /// <param name="tensors">As in <see cref="StateTensors"/>; copied.</param>
    /// <param name="numbers">As in <see cref="StateNumbers"/>.</param>
    /// <exception cref="ArgumentException">A name is missing or too many, or a shape or dtype is another; nothing was written.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, double> numbers)
    {
        var mine = StateTensors;
        RequireNames(mine.Keys, tensors.Keys);
        RequireNames(StateNumbers.Keys, numbers.Keys);
        foreach (var (name, target) in mine)
            if (tensors[name].dtype != target.dtype || !tensors[name].shape.AsSpan().SequenceEqual(target.shape))
                throw new ArgumentException(
                    $"The state of IVON has '{name}' as {tensors[name].dtype} [{string.Join(", ", tensors[name].shape)}], and this network "
                    + $"needs {target.dtype} [{string.Join(", ", target.shape)}].", nameof(tensors));
        using var _ = no_grad();
        foreach (var (name, target) in mine)
            target.copy_(tensors[name]);
        _step = (long)numbers[StepName];
    }

    /// <inheritdoc/>
    public void Schedule(double part)
    {
        _part = part;
        Deterministic?.Schedule(part);
    }

    /// <summary>Pulls back to mu and log_sigma, except where the step uses the gradient of the weights as it lies.</summary>
    public void Backward(WeightDraw draw, Tensor total)
    {
        draw.BackwardToWeights(total);
        PullBack(draw);
    }

    /// <inheritdoc/>
    public void PullBack(WeightDraw draw)
    {
        foreach (var (part, (_, arena)) in draw.Draws.Zip(_arenas))
            if (!arena.TakesDeviation(IsOneSample))
                part.PullBack();
    }

    /// <inheritdoc/>
    public void Step()
    {
        using var withoutGradients = no_grad();
        _step++;
        foreach (var (_, arena) in _arenas)
            arena.Step(_step, SampleSize, LearningRate, arena.TakesDeviation(IsOneSample));
        Deterministic?.Step();
    }

    /// <inheritdoc/>
    public IEnumerable<Tensor> Gradients() => _arenas
        .SelectMany(entry => entry.Arena.Gradients(entry.Arena.TakesDeviation(IsOneSample)))
        .Concat(Deterministic?.Gradients() ?? []);

    /// <inheritdoc/>
    public void RequireState() => Deterministic?.RequireState();

    /// <inheritdoc/>
    public void Save(CheckpointContent content)
    {
        foreach (var (name, tensor) in StateTensors)
            content.Tensors.Add(Prefix + name, tensor);
        foreach (var (name, number) in StateNumbers)
            content.Put(Prefix + name, number);
        content.Put(PartName, _part);
        content.Put(LearningRateScaleName, _learningRateScale);
        Deterministic?.Save(content);
    }

    /// <inheritdoc/>
    public IEnumerable<string> Differences(CheckpointContent content) => content.Values.ContainsKey(Prefix + StepName)
        ? Deterministic?.Differences(content) ?? []
        : ["it was trained by an optimizer and not by IVON"];

    /// <inheritdoc/>
    public bool Load(CheckpointContent content)
    {
        try
        {
            LoadState(
                content.Tensors.Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal))
                    .ToDictionary(entry => entry.Key[Prefix.Length..], entry => entry.Value),
                StateNumbers.Keys.ToDictionary(name => name, name => content.Number(Prefix + name)));
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointMismatchException(["the state of IVON belongs to other weights"], exception);
        }

        LearningRateScale = content.Number(LearningRateScaleName);
        _part = content.Number(PartName);
        return Deterministic?.Load(content) ?? true;
    }

    public void Dispose()
    {
        foreach (var (_, arena) in _arenas)
            arena.Dispose();
        Deterministic?.Dispose();
    }

    private static void RequireNames(IEnumerable<string> expected, IEnumerable<string> found)
    {
        if (!expected.ToHashSet().SetEquals(found))
            throw new ArgumentException(
                $"The state of IVON has {string.Join(", ", found.Order())}, and this network needs {string.Join(", ", expected.Order())}.");
    }
}
