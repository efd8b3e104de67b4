using TorchSharp.Modules;

namespace BayesGen;

/// <summary>
/// How much each draw of a step counts, one draw at a time. Draws that count alike get 1/K. Log-weights u_k are streamed: with the running
/// maximum m of the u seen so far, gradients are kept in units of exp(m), rescaled when the maximum rises and divided by
/// sum exp(u_k - m) in the end; that is exactly sum_k softmax(u)_k grad t_k without holding the draws together.
/// </summary>
/// <param name="loss">The loss.</param>
/// <param name="parameters">Whose gradients add up.</param>
/// <param name="samples">K.</param>
/// <param name="examples">The number N of training examples.</param>
/// <param name="settle">Completes the gradients of the draws so far, before they are scaled.</param>
internal sealed class DrawWeights(VariationalLoss loss, IReadOnlyList<Parameter> parameters, int samples, long examples, Action settle)
{
    private Tensor? _maximum;
    private Tensor? _sum;
    private Tensor? _total;

    /// <summary>What one draw leaves for the next.</summary>
    public IEnumerable<Tensor> Running => new[] { _maximum, _sum, _total }.OfType<Tensor>();

    /// <summary>The scalar to go backward through for the next draw.</summary>
    /// <param name="total">The loss t_k of the draw.</param>
    /// <param name="logWeight">u_k, or null where draws count alike.</param>
    public Tensor Weigh(Tensor total, Tensor? logWeight)
    {
        if (logWeight is null)
        {
            if (_sum is not null)
                throw new InvalidOperationException($"{loss.Name} gave a log-weight for one draw and none for the next.");
            Replace(ref _total, _total is null ? total.detach() : _total + total.detach());
            return samples == 1 ? total : total / samples;
        }

        var log = logWeight.detach();
        var maximum = _maximum is null ? log : torch.maximum(_maximum, log);
        var weight = (log - maximum).exp();
        if (_maximum is null)
        {
            _sum = weight;
            _total = weight * total.detach();
        }
        else
        {
            var shrink = (_maximum - maximum).exp();
            Scale(shrink);
            Replace(ref _sum, _sum! * shrink + weight);
            Replace(ref _total, _total! * shrink + weight * total.detach());
        }

        Replace(ref _maximum, maximum);
        return total * weight;
    }

    /// <summary>Completes the gradients and returns the value of the loss: see <see cref="LossTerms.Bound"/>.</summary>
    public Tensor Finish()
    {
        if (_sum is null)
            return _total! / samples;
        Scale(1 / _sum);
        return loss.Bound(_maximum! + _sum.log() - Math.Log(samples), examples) ?? _total! / _sum;
    }

    private static void Replace(ref Tensor? running, Tensor next)
    {
        running?.Dispose();
        running = next;
    }

    private void Scale(Tensor factor)
    {
        settle();
        using var _ = no_grad();
        foreach (var parameter in parameters)
        {
            using var gradient = parameter.grad;
            gradient?.mul_(factor.to(gradient.dtype, gradient.device));
        }
    }
}
