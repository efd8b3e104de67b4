using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>
/// How much each sample of a step counts, one sample at a time. Samples that count alike get 1/K. Log-weights u_k are streamed: with the
/// running maximum m of the u seen so far, gradients are kept in units of exp(m), rescaled when the maximum rises and divided by
/// sum exp(u_k - m) in the end; that is exactly sum_k softmax(u)_k grad t_k without holding the samples together.
/// </summary>
/// <param name="loss">The loss.</param>
/// <param name="parameters">Whose gradients add up.</param>
/// <param name="samples">K.</param>
/// <param name="examples">The number N of training examples.</param>
/// <param name="settle">Completes the gradients of the samples so far, before they are scaled.</param>
internal sealed class ImportanceWeights(
    VariationalLoss loss, IReadOnlyList<Parameter> parameters, int samples, long examples, Action settle)
{
    private Tensor? _maximum;
    private Tensor? _sum;
    private Tensor? _total;

    private IReadOnlyList<Parameter> Parameters { get; } = parameters;

    /// <summary>
    /// Those of samples that several networks took, each with parameters of its own: gradients are brought to one unit and added up on the
    /// parameters of the first.
    /// </summary>
    /// <param name="parts">Of one step, in the order in which they are added up; none is used afterward.</param>
    public static ImportanceWeights Joined(IReadOnlyList<ImportanceWeights> parts)
    {
        using var _ = no_grad();
        var joined = parts[0].Empty();
        if (parts.All(part => part._maximum is null))
            joined._total = parts.Select(part => part._total!).Aggregate((all, one) => all.AddTo(one));
        else
            joined.Join(parts);
        foreach (var part in parts.Skip(1))
            joined.AddGradientsOf(part);
        return joined;
    }

    /// <summary>What one sample leaves for the next.</summary>
    public IEnumerable<Tensor> Running => new[] { _maximum, _sum, _total }.OfType<Tensor>();

    /// <summary>The scalar to go backward through for the next sample.</summary>
    /// <param name="total">The loss t_k of the sample.</param>
    /// <param name="logWeight">u_k, or null where samples count alike.</param>
    public Tensor Weigh(Tensor total, Tensor? logWeight)
    {
        if (logWeight is null)
        {
            if (_sum is not null)
                throw MixedWeights();
            Replace(ref _total, _total is null ? total.detach() : _total.AddTo(total.detach()));
            return samples == 1 ? total : total.DivideBy(samples);
        }

        var log = logWeight.detach();
        var maximum = _maximum is null ? log : torch.maximum(_maximum, log);
        var weight = log.Subtract(maximum).exp();
        if (_maximum is null)
        {
            _sum = weight;
            _total = weight * total.detach();
        }
        else
        {
            var shrink = _maximum.Subtract(maximum).exp();
            Scale(shrink);
            Replace(ref _sum, (_sum! * shrink).AddTo(weight));
            Replace(ref _total, (_total! * shrink).AddTo(weight * total.detach()));
        }

        Replace(ref _maximum, maximum);
        return total * weight;
    }

    /// <summary>Completes the gradients and returns the value of the loss: see <see cref="LossTerms.Bound"/>.</summary>
    public Tensor Finish()
    {
        if (_sum is null)
            return _total!.DivideBy(samples);
        Scale(Operand(1) / _sum);
        return loss.Bound(_maximum!.AddTo(_sum.log()) - Operand(Math.Log(samples)), examples) ?? _total! / _sum;
    }

    /// <summary>None yet, for the same parameters; their gradients are complete.</summary>
    private ImportanceWeights Empty() => new(loss, Parameters, samples, examples, () => { });

    /// <summary>The maximum is that of all samples, and what was kept in units of another is brought to its own.</summary>
    private void Join(IReadOnlyList<ImportanceWeights> parts)
    {
        _maximum = parts.Select(part => part._maximum ?? throw MixedWeights()).Aggregate(torch.maximum);
        foreach (var part in parts)
        {
            var shrink = part._maximum!.Subtract(_maximum).exp();
            part.Scale(shrink);
            var (sum, total) = (part._sum! * shrink, part._total! * shrink);
            _sum = _sum is null ? sum : _sum.AddTo(sum);
            _total = _total is null ? total : _total.AddTo(total);
        }
    }

    private void AddGradientsOf(ImportanceWeights other)
    {
        foreach (var (mine, others) in Parameters.Zip(other.Parameters))
        {
            using var gradient = others.grad;
            if (gradient is null)
                continue;
            using var sum = mine.grad;
            if (sum is null)
                mine.grad = gradient.clone();
            else
                sum.AddInPlace(gradient);
        }
    }

    private InvalidOperationException MixedWeights() => new($"{loss.Name} gave a log-weight for one sample and none for the next.");

    private static void Replace(ref Tensor? running, Tensor next)
    {
        running?.Dispose();
        running = next;
    }

    private void Scale(Tensor factor)
    {
        settle();
        using var _ = no_grad();
        foreach (var parameter in Parameters)
        {
            using var gradient = parameter.grad;
            gradient?.mul_(factor.to(gradient.dtype, gradient.device));
        }
    }
}
