using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Speed;

/// <summary>
/// The algorithm of the Python library as a good TorchSharp programmer would write it down: posterior tensors for each weight tensor, a
/// draw put in the place of each parameter and scored, K forwards, one backward through everything, TorchSharp's Adam. As there, the KL in
/// closed form is computed for each draw, and that of the first one is used.
/// </summary>
/// <remarks>
/// Recurrent layers let nobody put a draw in the place of their weights, so for them the draw is copied into the parameter, and its
/// gradient is carried on from there, one draw after another.
/// </remarks>
internal sealed class BaselineVariant : TrainingVariant
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly List<Weight> _weights;
    private readonly Adam _optimizer;
    private readonly int _samples;
    private readonly long _examples;

    public BaselineVariant(string name, nn.Module<Tensor, Tensor> network, bool isLogUniform, int samples, long examples, Device device)
        : base(name)
    {
        _network = network;
        _network.to(device);
        (_samples, _examples) = (samples, examples);
        _weights = [.. WeightsOf(network, isLogUniform)];
        _optimizer = optim.Adam(_weights.SelectMany(weight => weight.Parameters).ToArray(), 1e-3);
    }

    public override void Run((Tensor Inputs, Tensor Targets)[] batches)
    {
        foreach (var (inputs, targets) in batches)
        {
            using var scope = NewDisposeScope();
            _optimizer.zero_grad();
            if (_weights.TrueForAll(weight => weight.CanSwap))
                StepJointly(inputs, targets);
            else
                StepOneByOne(inputs, targets);
            _optimizer.step();
        }
    }

    public override void Dispose()
    {
        _optimizer.Dispose();
        foreach (var weight in _weights)
            weight.Dispose();
        _network.Dispose();
    }

    private void StepJointly(Tensor inputs, Tensor targets)
    {
        Tensor? fit = null, divergence = null;
        for (var k = 0; k < _samples; k++)
        {
            foreach (var weight in _weights)
                weight.Swap(weight.Draw());
            var one = nn.functional.cross_entropy(_network.call(inputs), targets) / _samples;
            fit = fit is null ? one : fit + one;
            var scored = Divergence();
            divergence ??= scored;
        }

        (fit! + divergence!).backward();
    }

    private void StepOneByOne(Tensor inputs, Tensor targets)
    {
        for (var k = 0; k < _samples; k++)
        {
            var draws = _weights.ConvertAll(weight => weight.Draw());
            foreach (var (weight, draw) in _weights.Zip(draws))
                weight.Copy(draw);
            (nn.functional.cross_entropy(_network.call(inputs), targets) / _samples).backward();
            autograd.backward(draws, _weights.ConvertAll(weight => weight.TakeGradient()));
        }

        Divergence().backward();
    }

    private Tensor Divergence() =>
        _weights.Select(weight => weight.Divergence()).Aggregate((sum, one) => sum + one) / _examples;

    private static IEnumerable<Weight> WeightsOf(nn.Module network, bool isLogUniform)
    {
        foreach (var module in network.modules())
        {
            Action<Parameter>? weight = module switch
            {
                Linear linear => value => linear.weight = value,
                Conv2d convolution => value => convolution.weight = value,
                _ => null,
            };
            Action<Parameter>? bias = module switch
            {
                Linear linear => value => linear.bias = value,
                Conv2d convolution => value => convolution.bias = value,
                _ => null,
            };
            foreach (var (name, parameter) in module.named_parameters(recurse: false))
                yield return new Weight(parameter, name == "weight" ? weight : name == "bias" ? bias : null, isLogUniform);
        }
    }

    /// <summary>One weight tensor and the tensors of its posterior.</summary>
    private sealed class Weight : IDisposable
    {
        private readonly Parameter _parameter;
        private readonly Action<Parameter>? _swap;
        private readonly Parameter _mu;
        private readonly Parameter _logSigma;
        private readonly Parameter? _scaleMu;
        private readonly Parameter? _logAlpha;

        public Weight(Parameter parameter, Action<Parameter>? swap, bool isLogUniform)
        {
            (_parameter, _swap) = (parameter, swap);
            Parameter Filled(double value) => new(full_like(parameter, value, dtype: parameter.dtype, device: parameter.device).detach());
            _mu = new Parameter(parameter.detach().clone());
            _logSigma = Filled(-5);
            if (isLogUniform)
                (_scaleMu, _logAlpha) = (Filled(1), Filled(-4));
            Parameters = [_mu, _logSigma, .. isLogUniform ? [_scaleMu!, _logAlpha!] : Array.Empty<Parameter>()];
        }

        public Parameter[] Parameters { get; }

        public bool CanSwap => _swap is not null;

        public Tensor Draw()
        {
            var value = addcmul(_mu, _logSigma.exp(), Noise(), 1);
            return _scaleMu is null ? value : addcmul(_scaleMu, _scaleMu, (0.5 * _logAlpha!).exp() * Noise(), 1) * value;
        }

        public void Swap(Tensor draw) => _swap!(new Parameter(draw));

        public void Copy(Tensor draw)
        {
            using var _ = no_grad();
            _parameter.copy_(draw);
        }

        public Tensor TakeGradient()
        {
            var gradient = _parameter.grad!;
            _parameter.grad = null;
            return gradient;
        }

        /// <summary>The Gaussian KL to N(0, 1); for the log-uniform family with that of the scale, Molchanov et al. 2017, eq. 14.</summary>
        public Tensor Divergence()
        {
            // Each part is summed by itself: sums of sums take half the passes over memory that a sum of the whole expression takes.
            var value = 0.5 * ((2 * _logSigma).exp().sum() + _mu.square().sum() - _mu.numel()) - _logSigma.sum();
            if (_logAlpha is null)
                return value;
            var sigmoids = (1.8732 + 1.48695 * _logAlpha).sigmoid().sum();
            return value + 0.63576 * (_logAlpha.numel() - sigmoids) + 0.5 * nn.functional.softplus(-_logAlpha).sum();
        }

        public void Dispose()
        {
            foreach (var parameter in Parameters)
                parameter.Dispose();
        }

        private Tensor Noise() => randn(_mu.shape, dtype: _mu.dtype, device: _mu.device);
    }
}
