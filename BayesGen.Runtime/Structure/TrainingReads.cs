using System.Runtime.InteropServices;
using BayesGen.Execution;
using BayesGen.Noise;

namespace BayesGen.Structure;

/// <summary>
/// The layers whose units are read by others that do not run in evaluation mode, such as a head for training alone: their units stay.
/// Found by running the network in training mode, with NaN in place of what one layer puts out.
/// </summary>
internal sealed class TrainingReads
{
    private readonly nn.Module _network;
    private readonly Tensor _example;
    private readonly IReadOnlyList<ProbedLayer> _layers;
    private readonly HashSet<ProbedLayer> _idle;
    private readonly HashSet<ProbedLayer> _met = [];
    private readonly HashSet<ProbedLayer> _called = [];
    private ProbedLayer? _target;

    private TrainingReads(nn.Module network, Tensor example, IReadOnlyList<ProbedLayer> layers, IEnumerable<ProbedLayer> idle)
    {
        (_network, _layers, _idle) = (network, layers, [.. idle]);
        // A batch norm takes no statistics of one example.
        _example = example.size(0) > 1 ? example : example.expand([2, .. example.shape[1..]]).contiguous();
    }

    /// <summary>The layers whose units stay, and why.</summary>
    /// <param name="network">The network; its mode, buffers and random numbers are afterward what they were.</param>
    /// <param name="example">Inputs.</param>
    /// <param name="ran">The layers that evaluation mode calls.</param>
    /// <param name="isAllKnown">Whether evaluation mode never calls another one, whatever the input.</param>
    public static IReadOnlyDictionary<nn.Module, string> Of(
        nn.Module network, Tensor example, IReadOnlyList<nn.Module> ran, bool isAllKnown)
    {
        var known = new HashSet<nn.Module>(ran.SelectMany(module => module.modules().Prepend(module)), ReferenceEqualityComparer.Instance);
        var layers = ProbedLayer.Of(network, ProbedWeight.Of(network));
        var idle = layers.Where(layer => !known.Contains(layer.Module)).ToList();
        if (idle.Count == 0)
            return new Dictionary<nn.Module, string>();
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var mode = new EvaluationMode(network);
        var random = TorchRandom.Read();
        var buffers = network.buffers().Select(buffer => (Buffer: buffer, Before: buffer.clone())).ToList();
        try
        {
            network.train();
            return new TrainingReads(network, example, layers, idle).Find(isAllKnown);
        }
        catch (Exception fault) when (fault is ExternalException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            return All(layers, $"'{idle[0].Key}' does not run in evaluation mode, and what it reads in training mode cannot be seen: "
                + fault.Message.Split('\n')[0]);
        }
        finally
        {
            foreach (var (buffer, before) in buffers)
                buffer.copy_(before);
            TorchRandom.Write(random);
        }
    }

    private Dictionary<nn.Module, string> Find(bool isAllKnown)
    {
        Run(null);
        if (!isAllKnown && _idle.FirstOrDefault(layer => !_called.Contains(layer)) is { } unseen)
            return All(_layers, $"'{unseen.Key}' does not run on the example, so what it reads for another one is not known");
        if (!_idle.Overlaps(_called))
            return [];
        var kept = new Dictionary<nn.Module, string>(ReferenceEqualityComparer.Instance);
        foreach (var layer in _layers.Where(layer => !_idle.Contains(layer)))
        {
            // What an LSTM puts out cannot be replaced.
            var reader = layer.Kind == UnitLayerKind.Other ? _idle.First(_called.Contains) : layer.HasUnits ? Run(layer) : null;
            if (reader is not null)
                kept[layer.Module] = $"'{reader.Key}', which runs in training alone, reads its units";
        }

        return kept;
    }

    /// <summary>One forward; the layer that saw NaN of a target.</summary>
    private ProbedLayer? Run(ProbedLayer? target)
    {
        using var scope = NewDisposeScope();
        _target = target;
        _met.Clear();
        using var hooks = new LayerHooks(_layers, Enter, (layer, _, output) => Leave(layer, output), Meet);
        UnitProbe.Forward(_network, _example);
        return _met.FirstOrDefault();
    }

    private Tensor Enter(ProbedLayer layer, Tensor input)
    {
        Meet(layer, input);
        return input;
    }

    private void Meet(ProbedLayer layer, Tensor input)
    {
        _called.Add(layer);
        if (_idle.Contains(layer) && input.is_floating_point() && input.isnan().any().item<bool>())
            _met.Add(layer);
    }

    private Tensor Leave(ProbedLayer layer, Tensor output) =>
        ReferenceEquals(layer, _target) ? full_like(output, Operand(double.NaN), dtype: output.dtype, device: output.device)
            : layer.HasUnits || _idle.Contains(layer) ? zeros_like(output, dtype: output.dtype, device: output.device) : output;

    private static Dictionary<nn.Module, string> All(IEnumerable<ProbedLayer> layers, string why) => new(
        layers.Select(layer => KeyValuePair.Create(layer.Module, why)), ReferenceEqualityComparer.Instance);
}
