using System.Text.RegularExpressions;
using BayesGen.Kernels;
using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// Reads a network once: every parameter and buffer it has registered, under keys made of field names, with the family that the plan
/// gives it.
/// </summary>
internal sealed partial class NetworkWalk
{
    private readonly NetworkPlan _plan;
    private readonly Dictionary<nint, FoundWeight> _seen = [];
    private readonly Dictionary<nint, Tensor> _seenBuffers = [];
    private readonly HashSet<nn.Module> _visited = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _keys = [];
    private readonly bool _isFresh;
    private bool _hasPosterior;

    /// <param name="network">The network.</param>
    /// <param name="plan">Which layer has which posterior.</param>
    /// <param name="isFresh">Whether the posteriors start here.</param>
    public NetworkWalk(nn.Module network, NetworkPlan plan, bool isFresh = true)
    {
        (_plan, _isFresh) = (plan, isFresh);
        Visit(network, new NetworkPath("", ""), null, network, isClosed: plan.IsClosed);
        if (plan.NeverMet.FirstOrDefault() is { } missing)
            throw new InvalidOperationException(
                $"The layer '{missing.Key}' is annotated, but {network.GetName()} never registered it, so TorchSharp does not know its "
                + "weights. Assign it before RegisterComponents() is called, and call RegisterComponents() in the constructor.");
        if (!_hasPosterior && !plan.IsDeterministic)
            throw new InvalidOperationException(
                $"{network.GetName()} has no weight that gets a posterior, so there is nothing to infer: no layer with weights that it "
                + "registered is annotated. Put [Bayesian(Family.Gaussian)] on a field that holds a layer with weights, or on the class "
                + "of the network; a network that is to stay plain needs no wrapper.");
    }

    public List<NetworkWeight> Weights { get; } = [];

    public List<(string Key, Tensor Buffer)> Buffers { get; } = [];

    /// <summary>The keys that buffers have besides, where a layer stands in several fields.</summary>
    public List<(string Key, Tensor Buffer)> TiedBuffers { get; } = [];

    /// <summary>Reads a module and what is in it.</summary>
    /// <param name="module">Where the walk is.</param>
    /// <param name="path">The path to it.</param>
    /// <param name="active">What holds for weights that have no entry of their own, or null.</param>
    /// <param name="annotated">The innermost module on the path with an annotation of its own.</param>
    /// <param name="isClosed">Whether an annotation on the path decides about all that is under it.</param>
    private void Visit(nn.Module module, NetworkPath path, PlanEntry? active, nn.Module? annotated, bool isClosed)
    {
        _visited.Add(module);

        // What a network is called inside is known from its class, which the declaration of the field that holds it need not tell.
        var isNetwork = NetworkAnnotations.Describe(
            isClosed ? _plan.FormerNamesOnly() : _plan, module, path.Key.Length == 0 ? "" : path.Key + ".");
        var inside = active;
        if (isNetwork && !isClosed)
            (active, inside) = (null, _plan.OfClass(module));

        foreach (var (name, parameter) in module.named_parameters(recurse: false))
            Add(module, path, name, parameter, _plan.Of(parameter) ?? active, annotated);

        foreach (var (name, buffer) in module.named_buffers(recurse: false))
            Add(path.To(name), buffer);

        foreach (var (name, child) in module.named_children())
        {
            var entry = _plan.Of(child);
            if (entry is not null)
                entry.WasMet = true;

            // A layer in a second field has the keys of that field besides.
            var next = path.To(name);
            if (entry is not null && entry.Key != NetworkPlan.OfItsPlace && !_visited.Contains(child))
                next = next with { Key = entry.Key };
            if (entry is { IsAnnotated: true })
                Visit(child, next, entry, child, isClosed: true);
            else
                Visit(child, next, inside, annotated, isClosed);
        }
    }

    private void Add(NetworkPath path, Tensor buffer)
    {
        if (!_seenBuffers.TryGetValue(buffer.Handle, out var first))
        {
            _seenBuffers.Add(buffer.Handle, buffer);
            Buffers.Add((Unique(path.Key), buffer));
        }
        else if (_keys.Add(path.Key))
        {
            TiedBuffers.Add((path.Key, first));
        }
    }

    private void Add(nn.Module module, NetworkPath path, string name, Parameter parameter, PlanEntry? entry, nn.Module? annotated)
    {
        var place = path.To(name);
        var key = place.Key;
        if (parameter.IsInvalid)
            throw new ObjectDisposedException(key, $"The parameter '{key}' was disposed. Build the network outside any dispose scope.");

        var own = _plan.Of(parameter);
        var address = TensorMemory.AddressOf(parameter);
        var isTied = parameter.numel() > 0 && _seen.ContainsKey(address);
        if (own is not null)
        {
            own.WasMet = true;
            if (!isTied)
                key = own.Key;
        }

        parameter.DetachFromDisposeScope();
        var last = key[(key.LastIndexOf('.') + 1)..];
        var family = entry?.Family;
        if (family is not null && own is null && !IsBayesian(module, key, last, entry!, family, annotated))
            family = null;
        _hasPosterior |= family is not null;
        if (isTied)
        {
            Tie(_seen[address], module, (key, place.Natural), parameter, family, entry?.Options ?? WeightOptions.Default);
            return;
        }

        if (family is not null && !parameter.is_floating_point())
            throw new NotSupportedException($"The weight '{key}' has dtype {parameter.dtype}; a posterior needs a floating-point weight.");

        // A layer is what its module is, but TorchSharp's stacks keep the weights of all their layers themselves.
        var stack = StackedLayer().Match(name);
        var isFrozen = !parameter.requires_grad;
        var weight = new NetworkWeight(Unique(key), module, parameter, isFrozen ? null : family, entry?.Options ?? WeightOptions.Default)
        {
            LayerName = new LayerName(
                stack.Success ? path.To(stack.Groups[1].Value).Key : path.Key,
                module.GetType().Name + (stack.Success && module is TransformerEncoder or TransformerDecoder ? "Layer" : "")),
        };
        if (weight.Family is not null && _isFresh)
            RequireRange(weight);
        if (weight is { Family: not null, Options.Estimator: Estimator.Local })
            LocalEstimator.RequireFit(weight);
        UnitFit.Require(weight, isAlone: own is not null);
        Weights.Add(weight);
        _seen.TryAdd(address, new FoundWeight(weight, family, place.Natural));
    }

    private static void Tie(
        FoundWeight found, nn.Module module, (string Key, string Natural) place, Parameter parameter, PosteriorFamily? family,
        WeightOptions options)
    {
        var (weight, key) = (found.Weight, place.Key);
        PlanEntry.RequireAgreement((weight.Key, found.Family, weight.Options), (key, family, options), "weight");
        if (weight is { Family: not null, Options.Estimator: Estimator.Local } && !ReferenceEquals(weight.Layer, module))
            throw new NotSupportedException(
                $"'{weight.Key}' and '{key}' are one weight, and Estimator.Local draws noise for each layer by itself. "
                + "Use Estimator.WeightSampling for tied weights.");
        UnitFit.RequireOneLayer(weight, key, module);
        weight.Owners.Tie(key, parameter);

        // As a plain network would save it, which does not know what stands under the key of its own field.
        foreach (var other in (string[])[place.Natural, found.Natural])
            weight.Owners.Tie(other, parameter);
    }

    /// <summary>Checks that the variance a posterior starts with is a number of the weight's dtype.</summary>
    private static void RequireRange(NetworkWeight weight)
    {
        if (weight.Options.InitialLogSigma is not { } logSigma)
            return;
        var largest = weight.Dtype switch
        {
            ScalarType.Float16 => (double)Half.MaxValue,
            ScalarType.Float64 => double.MaxValue,
            _ => float.MaxValue,
        };
        if (!(Math.Exp(2 * logSigma) <= largest))
            throw new ArgumentException(
                $"InitialLogSigma of '{weight.Key}' is {logSigma}: the standard deviation would start at {Math.Exp(logSigma):G3}, and "
                    + "its square is "
                + $"beyond {weight.Dtype}. It is the natural logarithm, in units of the weight: -5 to -1 is usual.");
    }

    /// <summary>
    /// Normalization layers stay plain unless the annotation stands on the very layer: their scales are not connections, and a family
    /// that may prune them would switch off whole channels by accident.
    /// </summary>
    private static bool IsBayesian(
        nn.Module module, string key, string name, PlanEntry entry, PosteriorFamily family, nn.Module? annotated)
    {
        if (IsNormalization(module) && !ReferenceEquals(module, annotated))
            return false;
        if (module is TransformerEncoderLayer or TransformerDecoderLayer or TransformerEncoder or TransformerDecoder or Transformer
            && key.Split('.').Any(part => part.StartsWith("norm", StringComparison.Ordinal)))
            return false;
        return !NetworkWeight.IsBiasName(name) || (entry.Options.IncludeBias ?? family.IncludesBias);
    }

    private static bool IsNormalization(nn.Module module) => module is NormBase or LayerNorm or GroupNorm;

    private string Unique(string key) => _keys.Add(key)
        ? key
        : throw new InvalidOperationException(
            $"Two weights of the network would share the key '{key}'. Rename one of the fields or registered modules.");

    private static string Join(string prefix, string name)
    {
        // TorchSharp registers an auto-property under the name of its backing field.
        if (name is ['<', ..] && name.IndexOf('>') is var end and > 0)
            name = name[1..end];
        return prefix.Length == 0 ? name : prefix + "." + name;
    }

    /// <summary>The number of a layer within a stack.</summary>
    [GeneratedRegex(@"^((?:.*\.)?layers\.\d+)\.")]
    private static partial Regex StackedLayer();

    /// <summary>A place in the network: its key, and the key that a plain network has for it.</summary>
    private readonly record struct NetworkPath(string Key, string Natural)
    {
        public NetworkPath To(string name) => new(Join(Key, name), Join(Natural, name));
    }

    /// <summary>A weight, the family that its first place asks for, and the key that a plain network has for that place.</summary>
    private sealed record FoundWeight(NetworkWeight Weight, PosteriorFamily? Family, string Natural);
}
