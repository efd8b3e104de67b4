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
/// on to the posterior, as for the weights. TorchSharp runs hooks for <c>call()</c> alone, so a layer whose weights got a gradient while
/// its hook was silent is an error.
/// </remarks>
internal sealed class LocalEstimator : IDisposable
{
    private readonly WeightStore _store;
    private readonly List<Layer> _layers;
    private NoiseSource? _noise;

    public LocalEstimator(IReadOnlyList<NetworkWeight> weights, WeightStore store)
    {
        _store = store;
        Variances = zeros(store.Count, dtype: store.Dtype, device: store.Device).DetachFromDisposeScope();
        Gradients = zeros(store.Count, dtype: store.Dtype, device: store.Device).DetachFromDisposeScope();
        _layers = [.. weights.GroupBy(weight => weight.Layer).Select(group => new Layer(this, [.. group]))];
    }

    /// <summary>The variances of the weights, flat, written by each draw.</summary>
    public Tensor Variances { get; }

    /// <summary>The gradients with respect to the variances, flat: zero except between a backward and the pull-back.</summary>
    public Tensor Gradients { get; }

    /// <summary>Checks that a weight can be estimated locally.</summary>
    /// <exception cref="NotSupportedException">The family or the layer cannot take it.</exception>
    public static void RequireFit(NetworkWeight weight)
    {
        if (!weight.Family!.SupportsLocal)
            throw new NotSupportedException(
                $"Estimator.Local needs Gaussian weights, and '{weight.Key}' has a {weight.Family.Name} posterior. Use "
                + string.Join(" or ", ShippedFamilies.All.Where(family => family.SupportsLocal).Select(family => $"the {family.Name}"))
                + " family, or Estimator.WeightSampling.");
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
    }

    /// <summary>One layer and its hook.</summary>
    private sealed class Layer : IDisposable
    {
        private readonly LocalEstimator _estimator;
        private readonly NetworkWeight[] _weights;
        private readonly Tensor _weightVariance;
        private readonly Tensor? _biasVariance;
        private readonly Action _remove;
        private int _calls;

        public Layer(LocalEstimator estimator, NetworkWeight[] weights)
        {
            _estimator = estimator;
            _weights = weights;
            // A layer whose weight is frozen has noise in its bias alone.
            _weightVariance = Leaf(weights.FirstOrDefault(weight => weight.Name == "weight"))
                ?? zeros(LayerVariance.WeightOf(weights[0].Layer).shape, dtype: estimator._store.Dtype, device: estimator._store.Device)
                    .DetachFromDisposeScope();
            _biasVariance = Leaf(weights.FirstOrDefault(weight => weight.Name == "bias"));
            var module = (nn.Module<Tensor, Tensor>)weights[0].Layer;
            _remove = module.register_forward_hook((_, input, output) => OnForward(module, input, output)).remove;
        }

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

        /// <summary>Null leaves the output as it is.</summary>
        private Tensor OnForward(nn.Module module, Tensor input, Tensor output)
        {
            if (_estimator._noise is not { } noise)
                return null!;
            _calls++;
            using var square = LayerVariance.SquareOf(input);
            if (!KernelRunner.Takes(output))
            {
                using var ofGraph = LayerVariance.Of(module, square, _weightVariance, _biasVariance);
                return LocalNoise.AddByGraph(output, ofGraph, noise);
            }

            using var bias = _biasVariance?.detach();
            using var variance = LayerVariance.Of(module, square, _weightVariance, bias);
            return LocalNoise.Add(output, variance, _biasVariance, LayerVariance.ChannelOf(module, output), noise);
        }
    }
}
