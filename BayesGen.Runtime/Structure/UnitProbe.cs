using System.Runtime.InteropServices;
using BayesGen.Execution;
using BayesGen.Parameters;

namespace BayesGen.Structure;

/// <summary>
/// Finds which units of a network feed which by running it: no source is read, and no operation is known. The network is in evaluation mode
/// meanwhile, and afterward its modes, buffers and weights are what they were, bit for bit.
/// </summary>
internal sealed class UnitProbe : IDisposable
{
    private const int MostUnitsAtOnce = 512;
    private const long MostNumbersAtOnce = 1 << 24;

    private readonly nn.Module _network;
    private readonly Tensor _example;
    private readonly IReadOnlyList<ProbedLayer> _layers;

    /// <summary>Those that ran, in the order of their first run.</summary>
    private readonly List<ProbedLayer> _ran = [];
    private readonly IReadOnlyList<Tensor> _outputs;
    private readonly DisposeScope _scope = NewDisposeScope();

    private UnitProbe(nn.Module network, IReadOnlyList<ProbedWeight> weights, Tensor example)
    {
        try
        {
            _network = network;
            _example = example.narrow(0, 0, 1);
            _layers = ProbedLayer.Of(network, weights);
            _outputs = Record();
        }
        catch
        {
            // Nobody else would end it, and what this thread makes from then on would stay alive in it.
            _scope.Dispose();
            throw;
        }
    }

    /// <summary>The map of a network. The caller has its turn.</summary>
    /// <param name="arena">The network.</param>
    /// <param name="example">Examples; the first one is used.</param>
    /// <exception cref="NotSupportedException">The network cannot be probed; the message says why.</exception>
    public static UnitMap Map(NetworkArena arena, Tensor example)
    {
        ArgumentNullException.ThrowIfNull(example);
        if (example.dim() == 0 || example.size(0) == 0)
            throw new ArgumentException("There is no example: its first dimension is the batch, and holds at least one.", nameof(example));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var weights = arena.Lease.Override("map its units");
        using var mode = new EvaluationMode(arena.Network);
        var buffers = arena.Inventory.Buffers.Copy();
        try
        {
            // A weight that is pruned hides what reads it; the mean of the posterior is whole.
            weights.Write([.. arena.Families.Select(family => family.Posterior.Mean())]);
            var all = ProbedWeight.Of(arena.Inventory);
            using var probe = new UnitProbe(arena.Network, all, example.to(arena.Device));
            return probe.Run(all);
        }
        finally
        {
            arena.Inventory.Buffers.Restore(buffers);
        }
    }

    /// <summary>The map of a plain network in evaluation mode, and the layers that ran.</summary>
    /// <param name="network">The network.</param>
    /// <param name="example">Examples; the first one is used.</param>
    /// <param name="read">Is given what was found while the layers still hold what went through them.</param>
    /// <exception cref="NotSupportedException">The network cannot be probed; the message says why.</exception>
    public static T Map<T>(nn.Module network, Tensor example, Func<UnitMap, IReadOnlyList<ProbedLayer>, T> read)
    {
        using var _ = no_grad();
        var weights = ProbedWeight.Of(network);
        using var probe = new UnitProbe(network, weights, example);
        var map = probe.Run(weights);
        probe.Look(example);
        return read(map, probe._ran);
    }

    /// <summary>The outputs of a network for a batch.</summary>
    public static IReadOnlyList<Tensor> Forward(nn.Module network, Tensor x) => network switch
    {
        nn.Module<Tensor, Tensor> module => [module.call(x)],
        nn.Module<Tensor, (Tensor, Tensor)> module => module.call(x) is var (first, second) ? [first, second] : [],
        nn.Module<Tensor, (Tensor, Tensor, Tensor)> module => module.call(x) is var (first, second, third) ? [first, second, third] : [],
        _ => throw new NotSupportedException(
            $"The units of {network.GetName()} cannot be followed: that is for networks of one tensor in and one to three tensors out."),
    };

    public void Dispose() => _scope.Dispose();

    private UnitMap Run(IReadOnlyList<ProbedWeight> weights)
    {
        var links = new UnitLinks(_ran);
        var most = _ran.SelectMany(layer => layer.Calls).Select(call => Math.Max(call.Output.numel(), call.Input?.numel() ?? 0))
            .DefaultIfEmpty().Max();
        foreach (var layer in _ran.Where(layer => layer.IsProducer))
        {
            var digits = new UnitsByDigits(layer.Outputs);
            if (layer.Outputs > 2 && digits.Rows <= MostNumbersAtOnce / Math.Max(1, most) && Run(layer, digits, links))
                continue;
            var atOnce = (int)Math.Clamp(MostNumbersAtOnce / Math.Max(1, most), 1, MostUnitsAtOnce);
            for (var first = 0; first < layer.Outputs; first += atOnce)
                Run(layer, new UnitByUnit(first, Math.Min(atOnce, layer.Outputs - first)), links);
        }

        foreach (var mark in Enum.GetValues<ProbeMark>())
        {
            using var scope = NewDisposeScope();
            foreach (var (reader, seen) in Run(null, null, mark, scope).Run.Seen)
                links.AddElsewhere(reader, seen);
        }

        return new([.. links.Describe(), .. Unfollowed(weights)]);
    }

    /// <summary>Looks which inputs of the layers are zero for all of some examples.</summary>
    private void Look(Tensor examples)
    {
        using var scope = NewDisposeScope();
        using var hooks = new LayerHooks(
            _layers,
            static (layer, input) =>
            {
                if (layer.IsReader)
                    layer.Zeros.Note(input, layer.InputAxis(input));
                return input;
            },
            static (_, _, output) => output,
            static (_, _) => { });
        Forward(_network, examples);
    }

    /// <summary>Marks units of a layer by a plan, and adds what was seen.</summary>
    /// <returns>Whether the plan told all units apart; nothing was added where it did not.</returns>
    private bool Run(ProbedLayer target, ProbePlan plan, UnitLinks links)
    {
        var (found, isRead, isWhollyShown) = (new List<Action>(), false, false);
        using var veiled = new VeiledInputs();
        foreach (var mark in Enum.GetValues<ProbeMark>().Where(mark => mark != ProbeMark.Silence))
        {
            using var scope = NewDisposeScope();
            var (run, outputs) = Run(target, plan, mark, scope, veiled);
            foreach (var (reader, seen) in run.Seen)
            {
                isRead |= seen.Contains(true);
                if (!Tell(seen, reader.Inputs, (unit, input) => links.Add(target, unit, reader, input)))
                    return false;
            }

            foreach (var (other, met) in run.Met)
                if (!Tell(met, 1, (unit, _) => links.AddMet(target, unit, other)))
                    return false;
            foreach (var (output, known) in outputs.Zip(_outputs))
                isWhollyShown |= !Tell(run.InOutput(output, known), 1, (unit, _) => links.AddOutput(target, unit));
        }

        // Units that no layer reads stay, whichever of them show.
        if (isWhollyShown && isRead)
            return false;
        for (var unit = 0; isWhollyShown && unit < target.Outputs; unit++)
            links.AddOutput(target, unit);
        found.ForEach(add => add());
        veiled.Tell();
        return true;

        bool Tell(bool[] seen, int width, Action<int, int> add)
        {
            for (var place = 0; place < width; place++)
            {
                var at = place;
                if (plan.UnitsOf(row => seen[(row * width) + at]) is not { } units)
                    return false;
                foreach (var unit in units)
                    found.Add(() => add(unit, at));
            }

            return true;
        }
    }

    private (ProbeRun Run, IReadOnlyList<Tensor> Outputs) Run(
        ProbedLayer? target, ProbePlan? plan, ProbeMark mark, DisposeScope scope, VeiledInputs? veiled = null)
    {
        var run = new ProbeRun(target, plan, mark, scope, veiled);
        using var hooks = new LayerHooks(_layers, run.Enter, (layer, _, output) => run.Leave(layer, output), run.Meet);
        return (run, Forward(_network, run.InputOf(_example)));
    }

    /// <summary>Runs two examples and three, and takes what belongs to one; returns the outputs of the network for it.</summary>
    private IReadOnlyList<Tensor> Record()
    {
        using var scope = NewDisposeScope();
        var (two, outputs) = Calls(2, scope);
        var (three, more) = Calls(3, scope);
        if (!two.Select(call => call.Layer).SequenceEqual(three.Select(call => call.Layer)))
            throw new NotSupportedException(
                "The units of the network cannot be followed: which layers it runs depends on the number of examples in a batch.");
        _ran.AddRange(two.Select(call => call.Layer).Distinct());
        foreach (var ((layer, input, output), next) in two.Zip(three))
        {
            var isBatched = Grows(output, next.Output) && (layer.Kind == UnitLayerKind.Embedding || Grows(input, next.Input));
            layer.IsUnbatched |= !isBatched;
            var one = isBatched ? OneOf(output) : output;
            var read = layer.Kind == UnitLayerKind.Embedding ? null : isBatched ? OneOf(input) : input;
            layer.Calls.Add(new(
                read?.DetachFromDisposeScope(),
                one.DetachFromDisposeScope(),
                layer.Kind == UnitLayerKind.TransposedConvolution ? OfOneMore(input, next.Input) / layer.Inputs
                    : layer.HasUnits ? OfOneMore(output, next.Output) / layer.Outputs : 0));
            _scope.Attach(one);
            if (read is not null)
                _scope.Attach(read);
        }

        if (outputs.Zip(more).FirstOrDefault(pair => !Grows(pair.First, pair.Second)) is { First: not null })
            throw new NotSupportedException(
                "The units of the network cannot be followed: the first dimension of its output is not the batch.");
        List<Tensor> results = [.. outputs.Select(OneOf)];
        foreach (var result in results)
        {
            _scope.Attach(result.DetachFromDisposeScope());
            if (!result.isfinite().all().item<bool>())
                throw new ArgumentException(
                    "The network does not answer the first example with finite numbers, so its units cannot be followed by NaN. Give "
                    + "another example, or see model.Describe() and the weights.");
        }

        return results;
    }

    /// <summary>What goes through the layers for some examples, kept in a scope of ours: a forward may end one of its own.</summary>
    private (List<(ProbedLayer Layer, Tensor Input, Tensor Output)> Calls, IReadOnlyList<Tensor> Outputs) Calls(
        int rows, DisposeScope scope)
    {
        var calls = new List<(ProbedLayer, Tensor, Tensor)>();
        using var hooks = new LayerHooks(
            _layers,
            static (_, input) => input,
            (layer, input, output) =>
            {
                calls.Add((layer, Kept(input), Kept(output)));
                return output;
            },
            static (_, _) => { });
        try
        {
            return (calls, Forward(_network, _example.expand([rows, .. _example.shape[1..]]).contiguous()));
        }
        catch (Exception exception) when (exception is ExternalException or ArgumentException)
        {
            throw new ArgumentException(
                $"The network cannot take {rows} examples of shape [{string.Join(", ", _example.shape[1..])}] and dtype {_example.dtype}: "
                + $"{exception.Message.Split('\n')[0]} Give an example as the network is trained on, with the batch as its first dimension.",
                exception);
        }

        Tensor Kept(Tensor tensor)
        {
            var copy = tensor.clone().DetachFromDisposeScope();
            scope.Attach(copy);
            return copy;
        }
    }

    private static bool Grows(Tensor two, Tensor three) => two.dim() > 0 && two.dim() == three.dim()
        && two.size(0) % 2 == 0 && two.size(0) / 2 * 3 == three.size(0) && two.shape[1..].SequenceEqual(three.shape[1..]);

    /// <summary>The numbers that one more example adds, wherever the batch lies; all of them where it adds none.</summary>
    private static long OfOneMore(Tensor two, Tensor three) =>
        three.numel() > two.numel() ? three.numel() - two.numel() : two.numel();

    private static Tensor OneOf(Tensor two) => two.narrow(0, 0, two.size(0) / 2).clone();

    /// <summary>Layers with weights that have no units here: those whose units are not followed, and those that did not run.</summary>
    private IEnumerable<UnitLayer> Unfollowed(IReadOnlyList<ProbedWeight> weights)
    {
        var known = _layers.Where(layer => layer.HasUnits && layer.Calls.Count > 0).Select(layer => layer.Weight).ToHashSet();
        return weights
            .Where(weight => weight.Rank > 1 && !weight.IsBias && !known.Contains(weight))
            .GroupBy(weight => weight.LayerKey)
            .Select(layer => new UnitLayer(layer.Key, UnitLayerKind.Other, 0, 0) { Weights = layer.Sum(weight => weight.Count) });
    }
}
