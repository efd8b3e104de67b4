using BayesGen.Parameters;
using BayesGen.Serialization;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>
/// The optimizer of a training and the rules around its step: a learning rate for each kind of parameter, the norm of the gradient, and
/// the bounds of parameters.
/// </summary>
internal sealed class PosteriorSteps : ITrainingSteps
{
    /// <summary>Keeps the quotient finite where the gradient is zero.</summary>
    private const double Epsilon = 1e-12;

    private readonly List<optim.Optimizer> _optimizers = [];

    /// <summary>Each group of parameters, the rate it began with, and the factor in it; one of the largest factor first.</summary>
    private readonly List<(optim.ILearningRateController Group, double Start, double Factor)> _rates = [];
    private readonly List<(Parameter Parameter, Bounds Bounds)> _bounded;
    private readonly double? _maxNorm;
    private double _part = 1;
    private double _learningRateScale = 1;

    /// <param name="parameters">What is optimized.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentException">A factor or a bound names no parameter.</exception>
    public PosteriorSteps(IReadOnlyList<OptimizedParameter> parameters, TrainerOptions options)
    {
        Parameters = [.. parameters.Select(entry => entry.Parameter)];
        if (options.LearningRateFactors is { } factors)
            RequireKinds(parameters, factors.Keys, nameof(options.LearningRateFactors));
        RequireKinds(parameters, options.Bounds.Keys, nameof(options.Bounds));
        _maxNorm = options.MaxGradientNorm;
        _bounded = [.. from entry in parameters
            let bounds = Of(options.Bounds, entry)
            where bounds is not null
            select (entry.Parameter, bounds.Value)];

        // One optimizer for each rate, since a factory knows no more than parameters and a rate; so any optimizer will do.
        foreach (var group in parameters.GroupBy(entry => FactorOf(entry, options)))
            foreach (var optimizer in Make([.. group], options, group.Key))
            {
                _optimizers.Add(optimizer);
                _rates.AddRange(optimizer.ParamGroups.Select(part => (part, part.LearningRate, group.Key)));
            }

        _rates.Sort((one, other) => other.Factor.CompareTo(one.Factor));
    }

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The present rate before factors.</summary>
    public double LearningRate => _rates[0].Group.LearningRate / _rates[0].Factor;

    /// <summary>Sets every rate to a part of what the factory gave it.</summary>
    /// <param name="part">The part, from a schedule.</param>
    public void Schedule(double part)
    {
        _part = part;
        foreach (var (group, start, _) in _rates)
            group.LearningRate = start * part * _learningRateScale;
    }

    /// <summary>A factor on every rate, on top of the schedule.</summary>
    public double LearningRateScale
    {
        get => _learningRateScale;
        set
        {
            _learningRateScale = value;
            Schedule(_part);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Tensor> Gradients() => Parameters.Select(parameter => parameter.grad).OfType<Tensor>();

    /// <summary>Checks that the optimizers can be written down.</summary>
    /// <exception cref="NotSupportedException">One of them cannot.</exception>
    public void RequireState()
    {
        foreach (var optimizer in _optimizers)
            OptimizerSerializer.Require(optimizer);
    }

    /// <summary>Writes the optimizers and the present rate down. Tensors are new or live; they are read before the next step.</summary>
    public void Save(CheckpointContent content)
    {
        content.Put("optimizers", _optimizers.Count);
        content.Put("rate.part", _part);
        content.Put("rate.damping", _learningRateScale);
        for (var i = 0; i < _optimizers.Count; i++)
            OptimizerSerializer.Save(_optimizers[i], content, NameOf(i));
    }

    /// <summary>What of the optimizers is not as in a checkpoint.</summary>
    public IEnumerable<string> Differences(CheckpointContent content)
    {
        if (content.Integer("optimizers") is var count && count != _optimizers.Count)
            return [$"it has {count} optimizers, one for each learning rate, and this training has {_optimizers.Count}"];
        return _optimizers.Select((optimizer, i) => OptimizerSerializer.Difference(optimizer, content, NameOf(i)))
            .OfType<string>()
            .Distinct();
    }

    /// <summary>Continues from a checkpoint. The rates start from those of the options.</summary>
    /// <returns>Whether the numbers of the optimizers (decays, betas) are those of the checkpoint.</returns>
    public bool Load(CheckpointContent content)
    {
        var isSame = true;
        for (var i = 0; i < _optimizers.Count; i++)
            isSame &= OptimizerSerializer.Load(_optimizers[i], content, NameOf(i));
        _learningRateScale = content.Number("rate.damping");
        Schedule(content.Number("rate.part"));
        return isSame;
    }

    /// <summary>Carries the gradients on to the parameters.</summary>
    public void Backward(WeightDraw draw, Tensor total) => draw.Backward(total);

    /// <inheritdoc/>
    public void PullBack(WeightDraw draw) => draw.PullBack();

    /// <summary>Moves the parameters along their gradients.</summary>
    public void Step()
    {
        using var withoutGradients = no_grad();
        if (_maxNorm is { } norm)
            Clip(norm);
        foreach (var optimizer in _optimizers)
            optimizer.step();
        foreach (var (parameter, bounds) in _bounded)
            parameter.clamp_(Operand(bounds.Min), Operand(bounds.Max));
    }

    public void Dispose()
    {
        foreach (var optimizer in _optimizers)
            optimizer.Dispose();
    }

    /// <summary>
    /// The optimizer of a rate; two where it has a weight decay and parameters that are not weights: the decay would pull log_sigma toward
    /// 0, that is sigma toward 1.
    /// </summary>
    private static IEnumerable<optim.Optimizer> Make(
        IReadOnlyList<OptimizedParameter> group, TrainerOptions options, double factor)
    {
        var optimizer = Of(group);
        List<OptimizedParameter> spared = [.. group.Where(entry => !entry.HasWeightDecay)];
        if (spared.Count == 0 || !WeightDecay.IsIn(optimizer))
            return [optimizer];
        if (spared.Count == group.Count)
        {
            WeightDecay.Remove(optimizer);
            return [optimizer];
        }

        optimizer.Dispose();
        var without = Of(spared);
        WeightDecay.Remove(without);
        return [Of([.. group.Where(entry => entry.HasWeightDecay)]), without];

        optim.Optimizer Of(IReadOnlyList<OptimizedParameter> entries) =>
            options.Optimizer([.. entries.Select(entry => entry.Parameter)], options.LearningRate * factor)
                ?? throw new InvalidOperationException("TrainerOptions.Optimizer gave null; it makes an optimizer.");
    }

    /// <summary>
    /// Shortens the whole gradient to a norm, by the same factor everywhere. The factor stays a tensor, so that a device need not be
    /// waited for.
    /// </summary>
    private void Clip(double norm)
    {
        using var scope = NewDisposeScope();
        List<Tensor> gradients = [.. Parameters.Select(parameter => parameter.grad).OfType<Tensor>()];
        if (gradients.Count == 0)
            return;
        var sum = gradients
            .Select(gradient => gradient.Squared().sum())
            .Aggregate((all, one) => all.AddTo(one.to(all.dtype, all.device)));
        var factor = (Operand(norm) / sum.sqrt().AddTo(Operand(Epsilon))).clamp(max: Operand(1));
        foreach (var gradient in gradients)
            gradient.mul_(factor.to(gradient.dtype, gradient.device));
    }

    /// <summary>What the options say wins as a whole over what the families ask for.</summary>
    private static double FactorOf(OptimizedParameter parameter, TrainerOptions options) => options.LearningRateFactors is { } factors
        ? Of(factors, parameter) ?? 1
        : parameter.Factor;

    /// <summary>What is said of a parameter, by the name of its family and its own rather than by its own name alone.</summary>
    private static T? Of<T>(IReadOnlyDictionary<string, T> named, OptimizedParameter parameter)
        where T : struct =>
        named.TryGetValue(parameter.QualifiedKind, out var ofFamily) ? ofFamily : named.TryGetValue(parameter.Kind, out var any)
            ? any : null;

    private static string NameOf(int optimizer) => $"optimizer.{optimizer}";

    private static void RequireKinds(IReadOnlyList<OptimizedParameter> parameters, IEnumerable<string> named, string option)
    {
        if (named.FirstOrDefault(name => parameters.All(entry => entry.Kind != name && entry.QualifiedKind != name)) is { } unknown)
            throw new ArgumentException(
                $"TrainerOptions.{option} names '{unknown}', and the network has no parameter of this name. It has: "
                + $"{string.Join(", ", parameters.Select(entry => $"'{entry.Kind}'").Distinct())}.");
    }
}
