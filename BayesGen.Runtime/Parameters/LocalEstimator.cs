using BayesGen.Execution;
using BayesGen.Kernels;
using BayesGen.Noise;
using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// Local reparameterization for the layers of one arena: while a draw is alive W holds the means, and a forward hook of each layer adds
/// the noise that its weights would have caused, sqrt(Var) eps with Var = layer(x^2; Var w, Var b), to every output by itself.
/// </summary>
/// <remarks>
/// Kingma, Salimans, Welling 2015. The variances are leaves of their own, slices of one flat tensor whose gradients the pull-back carries
/// on to the posterior, as for the weights. Where units have scales, w = z v, W holds the means of v, and every example is scaled by a z
/// of its own: the inputs of a layer before its forward, or its outputs less their bias after it. TorchSharp runs hooks for
/// <c>call()</c> alone, so a layer whose weights got a gradient while its hook was silent is an error.
/// </remarks>
internal sealed class LocalEstimator : IDisposable
{
    private readonly WeightStore _store;
    private readonly List<Layer> _layers;
    private NoiseSource? _noise;

    /// <param name="weights">The weights of an arena.</param>
    /// <param name="store">Where they lie.</param>
    /// <param name="scales">The scales of their units, which this object takes over; null where they have none.</param>
    public LocalEstimator(IReadOnlyList<NetworkWeight> weights, WeightStore store, UnitScales? scales)
    {
        (_store, Scales) = (store, scales);
        Variances = zeros(store.Count, dtype: store.Dtype, device: store.Device).DetachFromDisposeScope();
        Gradients = zeros(store.Count, dtype: store.Dtype, device: store.Device).DetachFromDisposeScope();
        _layers = [.. weights.GroupBy(weight => weight.Layer).Select(group => new Layer(this, [.. group]))];
    }

    /// <summary>The variances of the weights, flat, written by each draw.</summary>
    public Tensor Variances { get; }

    /// <summary>The gradients with respect to the variances, flat: zero except between a backward and the pull-back.</summary>
    public Tensor Gradients { get; }

    /// <summary>The scales of units; null where they have none.</summary>
    public UnitScales? Scales { get; }

    /// <summary>Forgets what a backward left.</summary>
    public void ZeroGradients()
    {
        Gradients.ZeroInPlace();
        Scales?.ZeroGradients();
    }

    /// <summary>Checks that a weight can be estimated locally.</summary>
    /// <exception cref="NotSupportedException">The family or the layer cannot take it.</exception>
    public static void RequireFit(NetworkWeight weight)
    {
        if (!weight.Family!.SupportsLocal)
            throw new NotSupportedException(
                $"Estimator.Local needs Gaussian weights, and '{weight.Key}' has a {weight.Family.Name} posterior. Use "
                + $"one of the families {string.Join(", ", ShippedFamilies.All.Where(family => family.SupportsLocal).Select(family => family.Name))}"
                + ", or Estimator.WeightSampling.");
        if (weight.Layer is not (Linear or Conv1d or Conv2d or Conv3d))
            throw new NotSupportedException(
                $"Estimator.Local is for Linear and Conv1d to Conv3d layers, and '{weight.Key}' belongs to a {weight.Layer.GetName()}. "
                + "Annotate that layer with Estimator.WeightSampling.");
    }

    /// <summary>From now on the layers add noise.</summary>
    /// <param name="noise">The source of the noise.</param>
    public void Begin(NoiseSource noise)
    {
        foreach (var layer in _layers)
            layer.Begin();
        _noise = noise;
    }

    /// <summary>The layers are silent again.</summary>
    public void End() => _noise = null;

    /// <summary>Checks that every layer that was used was heard.</summary>
    public void RequireHookRan()
    {
        foreach (var layer in _layers)
            layer.RequireHookRan();
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();
        Variances.Dispose();
        Gradients.Dispose();
        Scales?.Dispose();
    }

    /// <summary>One layer and its hook.</summary>
    private sealed class Layer : IDisposable
    {
        private readonly LocalEstimator _estimator;
        private readonly NetworkWeight[] _weights;
        private readonly Tensor? _weightVariance;
        private readonly Tensor? _biasVariance;
        private readonly NetworkWeight? _scaled;
        private readonly Action _remove;
        private int _calls;

        public Layer(LocalEstimator estimator, NetworkWeight[] weights)
        {
            _estimator = estimator;
            _weights = weights;
            var own = weights.FirstOrDefault(weight => weight.Name == "weight");
            _scaled = estimator.Scales is null ? null : own;
            // A layer whose weight is frozen has noise in its bias alone.
            if (estimator.Scales is not { HasPlainValues: true })
                _weightVariance = Leaf(own)
                    ?? zeros(LayerVariance.WeightOf(weights[0].Layer).shape, dtype: estimator._store.Dtype, device: estimator._store.Device)
                        .DetachFromDisposeScope();
            _biasVariance = Leaf(weights.FirstOrDefault(weight => weight.Name == "bias"));
            var module = (nn.Module<Tensor, Tensor>)weights[0].Layer;
            var before = ScalesInputs ? module.register_forward_pre_hook((_, input) => BeforeForward(module, input)) : null;
            var after = module.register_forward_hook((_, input, output) => OnForward(module, input, output));
            _remove = () =>
            {
                before?.remove();
                after.remove();
            };
        }

        /// <summary>Whether units are input features and not outputs.</summary>
        private bool ScalesInputs => _scaled is { Units.Axis: not 0 };

        public void Begin()
        {
            _calls = 0;
            // A new version, so that a graph of the last draw cannot be walked with the variances of this one.
            using var _ = no_grad();
            foreach (var leaf in (Tensor?[])[_weightVariance, _biasVariance])
            {
                using var nothing = leaf?.view(-1).narrow(0, 0, 0);
                nothing?.ZeroInPlace();
            }
        }

        public void RequireHookRan()
        {
            if (_calls > 0)
                return;
            foreach (var weight in _weights)
            {
                using var gradient = weight.Place.SliceOf(_estimator._store.Gradients);
                using var any = gradient.any();
                if (any.item<bool>())
                    throw new InvalidOperationException(
                        $"'{weight.Key}' took part in the forward without the noise of Estimator.Local: the layer was not run by call(). "
                        + "Write layer.call(x) instead of layer.forward(x) or functional.linear(x, layer.weight).");
            }
        }

        public void Dispose()
        {
            _remove();
            foreach (var leaf in (Tensor?[])[_weightVariance, _biasVariance])
            {
                if (leaf is null)
                    continue;
                leaf.grad = null;
                leaf.Dispose();
            }
        }

        private Tensor? Leaf(NetworkWeight? weight)
        {
            if (weight is null)
                return null;
            using var slice = weight.Place.SliceOf(_estimator.Variances);
            using var gradient = weight.Place.SliceOf(_estimator.Gradients);
            var leaf = slice.detach().requires_grad_().DetachFromDisposeScope();
            leaf.grad = gradient;
            return leaf;
        }

        /// <summary>The inputs of each example times the scales of its units.</summary>
        private Tensor BeforeForward(nn.Module module, Tensor input)
        {
            if (_estimator._noise is not { } noise)
                return input;
            using var scale = ScaleOf(module, input, noise);
            return input * scale;
        }

        /// <summary>Null leaves the output as it is.</summary>
        private Tensor OnForward(nn.Module module, Tensor input, Tensor output)
        {
            if (_estimator._noise is not { } noise)
                return null!;
            _calls++;
            if (_scaled is null || ScalesInputs)
                return _weightVariance is null ? null! : WithNoise(module, input, output, _weightVariance, null, noise);
            using var scale = ScaleOf(module, output, noise);
            var scaled = Scaled(module, output, scale);
            if (_weightVariance is null)
                return scaled;
            using (scaled)
                return WithNoise(module, input, scaled, _weightVariance, scale, noise);
        }

        /// <summary>output z, the bias outside of z: output z + b (1 - z).</summary>
        private static Tensor Scaled(nn.Module module, Tensor output, Tensor scale)
        {
            var product = output * scale;
            if (LayerVariance.BiasOf(module) is not { } bias)
                return product;
            var behind = (int)output.dim() - LayerVariance.ChannelOf(module, output) - 1;
            using (product)
            using (var ofChannels = bias.view([bias.numel(), .. Enumerable.Repeat(1L, behind)]))
            using (var rest = Operand(1) - scale)
                return addcmul(product, ofChannels, rest, Operand(1));
        }

        /// <summary>Scales for each example, in a shape that broadcasts against inputs or outputs.</summary>
        private Tensor ScaleOf(nn.Module module, Tensor values, NoiseSource noise)
        {
            var channel = LayerVariance.ChannelOf(module, values);
            var shape = Enumerable.Repeat(1L, (int)values.dim()).ToArray();
            shape[channel] = values.size(channel);
            if (channel > 0)
                shape[0] = values.size(0);
            using var scales = _estimator.Scales!.Draw(_scaled!, noise, channel > 0 ? shape[0] : 1);
            return scales.view(shape);
        }

        /// <summary>Adds the noise of the values, under the square of their scale.</summary>
        private Tensor WithNoise(nn.Module module, Tensor input, Tensor output, Tensor weightVariance, Tensor? scale, NoiseSource noise)
        {
            using var square = LayerVariance.SquareOf(input);
            if (!KernelRunner.Takes(output))
            {
                using var ofGraph = UnderScale(LayerVariance.Of(module, square, weightVariance, _biasVariance), scale);
                return LocalNoise.AddByGraph(output, ofGraph, noise);
            }

            using var bias = _biasVariance?.detach();
            using var variance = UnderScale(LayerVariance.Of(module, square, weightVariance, bias), scale);
            return LocalNoise.Add(output, variance, _biasVariance, LayerVariance.ChannelOf(module, output), noise);
        }

        /// <summary>A family with scales of units has biases without a posterior, so all of the variance is under the scale.</summary>
        private static Tensor UnderScale(Tensor variance, Tensor? scale)
        {
            if (scale is null)
                return variance;
            using (variance)
            using (var power = scale.Squared())
                return variance * power;
        }
    }
}
