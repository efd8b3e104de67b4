using System.Collections.Concurrent;
using TorchSharp.Modules;

namespace BayesGen.Execution;

/// <summary>Runs LSTM layers with the kernel of training where the one without gradients is wrong.</summary>
/// <remarks>
/// For an LSTM in float32 on the CPU, libtorch 2.10 uses another oneDNN kernel when gradients are off. On processors with AVX-512 its
/// outputs are off by 0.03 to 1 for up to 16 hidden units, so that evaluations and predictions would be of another network than the one
/// that was trained. Whether it is so is measured once for each size. Where it is, gradients are on while the layer runs; its outputs have
/// no graph.
/// </remarks>
internal sealed class LstmInference : IDisposable
{
    /// <summary>The kernels differ by rounding, some 1e-7, where both are right.</summary>
    private const double Rounding = 1e-4;

    private static readonly ConcurrentDictionary<(long Inputs, long Hidden), bool> Measured = new();

    [ThreadStatic]
    private static IDisposable? _gradients;

    private readonly List<Action> _remove = [];

    /// <summary>Looks after the LSTM layers of a network whose sizes need it.</summary>
    /// <param name="network">The network.</param>
    public LstmInference(nn.Module network)
    {
        foreach (var layer in network.modules().Append(network).OfType<LSTM>().Distinct())
        {
            if (!NeedsGradients(layer))
                continue;
            var before = layer.register_forward_pre_hook((_, input, state) => Before(input, state));
            var after = layer.register_forward_hook((_, _, _, outputs) => After(outputs));
            _remove.Add(() =>
            {
                before.remove();
                after.remove();
            });
        }
    }

    public void Dispose()
    {
        foreach (var remove in _remove)
            remove();
    }

    /// <summary>Whether a layer of these sizes gives other outputs without gradients than with them.</summary>
    internal static bool IsWrong(long inputs, long hidden) =>
        Measured.GetOrAdd((inputs, hidden), static size => Measure(size.Inputs, size.Hidden));

    private static (Tensor, (Tensor, Tensor)?)? Before(Tensor input, (Tensor, Tensor)? state)
    {
        // What a forward that threw has left is of a scope that is over.
        _gradients = is_grad_enabled() || input.device_type != DeviceType.CPU ? null : enable_grad();
        return null;
    }

    private static (Tensor, Tensor, Tensor) After((Tensor, Tensor, Tensor) outputs)
    {
        if (_gradients is null)
            return outputs;
        _gradients.Dispose();
        _gradients = null;
        return (WithoutGraph(outputs.Item1), WithoutGraph(outputs.Item2), WithoutGraph(outputs.Item3));
    }

    private static Tensor WithoutGraph(Tensor output)
    {
        var plain = output.detach();
        output.Dispose();
        return plain;
    }

    private static bool NeedsGradients(LSTM layer) => layer.named_parameters(recurse: false)
        .Where(entry => entry.name.StartsWith("weight_ih", StringComparison.Ordinal) && entry.parameter.dtype == ScalarType.Float32)
        .Any(entry => IsWrong(entry.parameter.shape[1], entry.parameter.shape[0] / 4));

    private static bool Measure(long inputs, long hidden)
    {
        using var scope = NewDisposeScope();
        var random = get_rng_state();
        try
        {
            using var layer = nn.LSTM(inputs, hidden, batchFirst: true);
            using (no_grad())
                foreach (var parameter in layer.parameters())
                    parameter.copy_(Waves(parameter.shape, 0.3));
            var input = Waves([3, 4, inputs], 1);
            using (enable_grad())
            {
                var right = layer.call(input).Item1.detach();
                using var off = no_grad();
                return !right.allclose(layer.call(input).Item1, rtol: 0, atol: Rounding);
            }
        }
        finally
        {
            // Making a layer draws its first weights from the global generator.
            set_rng_state(random);
        }
    }

    private static Tensor Waves(long[] shape, double size) =>
        arange(Operand(shape.Aggregate(1L, (all, one) => all * one)), dtype: ScalarType.Float32, device: CPU)
            .mul(Operand(0.7)).sin().mul(Operand(size)).reshape(shape);
}
