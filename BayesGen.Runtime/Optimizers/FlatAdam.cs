using TorchSharp.Modules;

namespace BayesGen.Optimizers;

/// <summary>
/// TorchSharp's Adam with a step that passes over a flat parameter once instead of a dozen times. Same options, same state, same results
/// up to rounding.
/// </summary>
/// <remarks>
/// Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
/// p -= rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps). Where a group asks for amsgrad or maximize, or a parameter is not in flat
/// memory on the CPU, the step is TorchSharp's own.
/// </remarks>
public sealed class FlatAdam : Adam
{
    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The tensors to optimize.</param>
    /// <param name="lr">The learning rate, at least 0.</param>
    /// <param name="beta1">The decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">The decay of the mean of their squares, in [0, 1).</param>
    /// <param name="eps">Added to the root, at least 0.</param>
    /// <param name="weight_decay">The factor of an L2 penalty, at least 0.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public FlatAdam(
        IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double weight_decay = 0)
        : base(parameters, lr, beta1, beta2, eps, weight_decay)
    {
    }

    /// <summary>Several groups, each with options of its own.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="lr">The learning rate of groups that name none.</param>
    public FlatAdam(IEnumerable<ParamGroup> groups, double lr = 1e-3) : base(groups, lr)
    {
    }

    /// <summary>Moves every parameter that has a gradient.</summary>
    /// <inheritdoc/>
    public override Tensor step(Func<Tensor>? closure = null)
    {
        ParameterState.RequireKnown(_parameter_groups.SelectMany(group => group.Parameters), _state);
        return AdamUpdate.CanStep(_parameter_groups.Cast<ParamGroup>().Select(group => (group.Options.amsgrad, group.Options.maximize)))
            ? _step<ParamGroup>(
                group =>
                {
                    var options = group.Options;
                    AdamUpdate.Move<State>(
                        group.Parameters, _state, static state => (++state.step, state.exp_avg, state.exp_avg_sq),
                        new AdamNumbers(
                            options.LearningRate!.Value, options.beta1!.Value, options.beta2!.Value, options.eps!.Value,
                            Penalty: options.weight_decay!.Value, Shrink: 1));
                },
                closure)
            : base.step(closure);
    }
}
