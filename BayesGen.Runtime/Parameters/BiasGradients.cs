using System.Reflection;
using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>Sums the gradients of the biases of convolutions by <see cref="BiasSum"/> while a trainer takes the draws of a step.</summary>
/// <remarks>
/// Torch's convolutions on the CPU sum them along with the gradients of the weights, and take several times what a pass over the gradient
/// of the outputs takes: an eighth of the forward and backward of a small network for images. That was measured for images with the
/// channels last in memory, and for nothing else is it done. A hook before its forward tells a layer that its bias wants no gradient, and
/// one after it that it does, so that whatever else a network does with its biases is differentiated as ever.
/// </remarks>
internal sealed class BiasGradients : IDisposable
{
    /// <summary>Below this many outputs a managed step of autograd costs more than it saves.</summary>
    private const long WorthIt = 1 << 18;

    private readonly List<Layer> _layers;
    private bool _isOn;

    /// <summary>Listens to the convolutions of a network.</summary>
    /// <param name="network">The network.</param>
    public BiasGradients(nn.Module network) =>
        _layers = [.. network.modules()
            .OfType<Conv2d>()
            .Where(convolution => convolution.bias is not null)
            .Distinct()
            .Select(convolution => new Layer(this, convolution))];

    /// <summary>Sums until the returned object is disposed.</summary>
    public IDisposable Begin()
    {
        _isOn = true;
        return new Term(this);
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();
    }

    private void End()
    {
        _isOn = false;
        foreach (var layer in _layers)
            layer.Restore();
    }

    private sealed class Term(BiasGradients gradients) : IDisposable
    {
        public void Dispose() => gradients.End();
    }

    /// <summary>One convolution and its hooks.</summary>
    private sealed class Layer : IDisposable
    {
        private readonly BiasGradients _gradients;
        private readonly Conv2d _convolution;
        private readonly Func<nn.Module<Tensor, Tensor>, Tensor, Tensor, Tensor> _after;
        private readonly Dictionary<string, Func<nn.Module<Tensor, Tensor>, Tensor, Tensor, Tensor>>? _hooks;
        private readonly Action _remove;
        private Parameter? _silenced;

        public Layer(BiasGradients gradients, Conv2d convolution)
        {
            (_gradients, _convolution, _after) = (gradients, convolution, (_, _, output) => After(output));
            _hooks = HooksOf(convolution);
            var before = convolution.register_forward_pre_hook((_, input) => Before(input));
            var after = convolution.register_forward_hook(_after);
            _remove = () =>
            {
                before.remove();
                after.remove();
            };
        }

        /// <summary>
        /// Whether no other hook stands between the convolution and this one: one that changes the outputs would change the gradient too.
        /// TorchSharp shows its hooks to nobody; where it keeps them elsewhere than now, its own gradients do.
        /// </summary>
        private bool IsFirst => _hooks?.Values.FirstOrDefault() == _after;

        /// <summary>A forward that failed left its bias without a gradient.</summary>
        public void Restore()
        {
            if (_silenced is null)
                return;
            _silenced.requires_grad = true;
            _silenced = null;
        }

        public void Dispose()
        {
            Restore();
            _remove();
        }

        private static Dictionary<string, Func<nn.Module<Tensor, Tensor>, Tensor, Tensor, Tensor>>? HooksOf(Conv2d convolution)
        {
            const string Field = "post_hooks";
            for (var type = convolution.GetType(); type is not null; type = type.BaseType)
            {
                if (type.GetField(Field, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is { } field)
                    return field.GetValue(convolution) as Dictionary<string, Func<nn.Module<Tensor, Tensor>, Tensor, Tensor, Tensor>>;
            }

            return null;
        }

        private Tensor Before(Tensor input)
        {
            if (_gradients._isOn && is_grad_enabled() && _convolution.bias is { requires_grad: true } bias && IsWorthIt(input) && IsFirst)
            {
                bias.requires_grad = false;
                _silenced = bias;
            }

            return input;
        }

        /// <summary>Null leaves the output as it is.</summary>
        private Tensor After(Tensor output)
        {
            if (_silenced is not { } bias)
                return null!;
            Restore();
            return BiasSum.Of(output, bias);
        }

        /// <summary>By the inputs alone, so that a training which was resumed computes as one that was not.</summary>
        private bool IsWorthIt(Tensor input) =>
            FlatLoop.Takes(input) && input.dim() == 4 && input.stride(1) == 1
            && input.numel() / _convolution.in_channels * _convolution.out_channels
                / (_convolution.stride[0] * _convolution.stride[1]) >= WorthIt;
    }
}
