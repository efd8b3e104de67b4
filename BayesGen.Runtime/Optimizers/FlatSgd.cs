using System.Numerics;
using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Optimizers;

/// <summary>
/// TorchSharp's SGD, with momentum, with a step that passes over a flat parameter once. Same options, same state, same results up to
/// rounding.
/// </summary>
/// <remarks>
/// b = momentum b + (1 - dampening) g, which starts as g; p -= rate b, or rate (g + momentum b) after Nesterov. Where a group asks for
/// maximize the step is TorchSharp's own.
/// </remarks>
public sealed class FlatSgd : SGD
{
    /// <summary>One group of parameters.</summary>
    /// <param name="parameters">The tensors to optimize.</param>
    /// <param name="lr">The learning rate, at least 0.</param>
    /// <param name="momentum">The decay of the running gradient; 0 keeps none.</param>
    /// <param name="dampening">What the running gradient does not take from a new one.</param>
    /// <param name="weight_decay">The factor of an L2 penalty.</param>
    /// <param name="nesterov">Whether to look ahead.</param>
    /// <exception cref="ArgumentException">A number is out of its range.</exception>
    public FlatSgd(
        IEnumerable<Parameter> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0,
        bool nesterov = false)
        : base(parameters, lr, momentum, dampening, weight_decay, nesterov)
    {
    }

    /// <summary>Several groups, each with options of its own.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="lr">The learning rate of groups that name none.</param>
    public FlatSgd(IEnumerable<ParamGroup> groups, double lr) : base(groups, lr)
    {
    }

    /// <summary>Moves every parameter that has a gradient.</summary>
    /// <inheritdoc/>
    public override Tensor step(Func<Tensor>? closure = null)
    {
        ParameterState.RequireKnown(_parameter_groups.SelectMany(group => group.Parameters), _state);
        return _parameter_groups.Cast<ParamGroup>().All(CanStep)
        ? _step<ParamGroup>(
            group =>
            {
                foreach (var parameter in group.Parameters)
                {
                    using var gradient = parameter.grad;
                    if (gradient is null)
                        continue;
                    var (state, options) = (ParameterState.Of<State>(_state, parameter), group.Options);
                    var update = new Update(
                        options.LearningRate!.Value, options.momentum!.Value, options.weight_decay!.Value, options.nesterov!.Value)
                    {
                        // The running gradient starts as the first gradient, whatever the dampening.
                        Taken = state.momentum_buffer is null ? 1 : 1 - options.dampening!.Value,
                    };
                    if (options.momentum == 0)
                    {
                        FlatMemory.Update(parameter, update, gradient);
                        continue;
                    }

                    state.momentum_buffer ??=
                        zeros_like(parameter, dtype: parameter.dtype, device: parameter.device, requires_grad: false)
                            .DetachFromDisposeScope();
                    FlatMemory.Update(parameter, update, gradient, state.momentum_buffer);
                }
            },
            closure)
        : base.step(closure);
    }

    private bool CanStep(ParamGroup group) => group.Options.maximize is not true && group.Parameters.All(parameter =>
    {
        using var gradient = parameter.grad;
        return gradient is null || FlatMemory.IsFlat(parameter, gradient, ParameterState.Of<State>(_state, parameter).momentum_buffer);
    });

    /// <summary>Rows: parameter, gradient, and with momentum the running gradient.</summary>
    private sealed class Update(double learningRate, double momentum, double weightDecay, bool isNesterov) : IFlatUpdate
    {
        /// <summary>What the running gradient takes of the new one.</summary>
        public double Taken { get; init; }

        public Vector<T> Run<T>(KernelRows<T> rows)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            var (parameter, gradient) = (rows[0], rows[1]);
            var (rate, penalty, decay, taken) =
                (VectorMath.Of<T>(learningRate), VectorMath.Of<T>(weightDecay), VectorMath.Of<T>(momentum), VectorMath.Of<T>(Taken));
            for (var i = 0; i < rows.Length; i += Vector<T>.Count)
            {
                var slope = gradient[i] + penalty * parameter[i];
                if (momentum != 0)
                {
                    var running = rows[2];
                    var next = decay * running[i] + taken * slope;
                    running[i] = next;
                    slope = isNesterov ? slope + decay * next : next;
                }

                parameter[i] -= rate * slope;
            }

            return Vector<T>.Zero;
        }
    }
}
