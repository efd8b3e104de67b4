using TorchSharp.Modules;

namespace BayesGen;

/// <summary>
/// Reads a network once: every parameter and buffer it has registered, under keys made of field names, with the family that the plan
/// gives it.
/// </summary>
internal sealed class NetworkWalk
{
    private readonly NetworkPlan _plan;
    private readonly Dictionary<nint, NetworkWeight> _seen = [];
    private readonly HashSet<string> _keys = [];
    private bool _hasPosterior;

    public NetworkWalk(nn.Module network, NetworkPlan plan)
    {
        _plan = plan;
        Visit(network, "", null, network, isClosed: false);
        if (plan.NeverMet.FirstOrDefault() is { } missing)
            throw new InvalidOperationException(
                $"The layer '{missing.Key}' is annotated, but {network.GetName()} never registered it, so TorchSharp does not know its "
                + "weights. Assign it before RegisterComponents() is called, and call RegisterComponents() in the constructor.");
        if (!_hasPosterior)
            throw new InvalidOperationException(
                $"{network.GetName()} has no weight that gets a posterior, so there is nothing to infer: no layer with weights that it "
                + "registered is annotated. Put [Bayesian(Family.Gaussian)] on a field that holds a layer with weights, or on the class "
                + "of the network; a network that is to stay plain needs no wrapper.");
    }

    public List<NetworkWeight> Weights { get; } = [];

    public List<(string Key, Tensor Buffer)> Buffers { get; } = [];

    /// <summary>Reads a module and what is in it.</summary>
    /// <param name="module">Where the walk is.</param>
    /// <param name="prefix">The path to it.</param>
    /// <param name="active">What holds for weights that have no entry of their own, or null.</param>
    /// <param name="annotated">The innermost module on the path with an annotation of its own.</param>
    /// <param name="isClosed">Whether an annotation on the path decides about all that is under it.</param>
    private void Visit(nn.Module module, string prefix, PlanEntry? active, nn.Module? annotated, bool isClosed)
    {
        // What a network is called inside is known from its class, which the declaration of the field that holds it need not tell.
        var isNetwork = AnnotatedNetworks.Describe(
            isClosed ? _plan.FormerNamesOnly() : _plan, module, prefix.Length == 0 ? "" : prefix + ".");
        var inside = active;
        if (isNetwork && !isClosed)
            (active, inside) = (null, _plan.OfClass(module));

        foreach (var (name, parameter) in module.named_parameters(recurse: false))
            Add(module, Join(prefix, name), parameter, _plan.Of(parameter) ?? active, annotated);

        foreach (var (name, buffer) in module.named_buffers(recurse: false))
            Buffers.Add((Unique(Join(prefix, name)), buffer));

        foreach (var (name, child) in module.named_children())
        {
            var entry = _plan.Of(child);
            if (entry is not null)
                entry.WasMet = true;
            var key = entry?.Key ?? Join(prefix, name);
            if (entry is { IsAnnotated: true })
                Visit(child, key, entry, child, isClosed: true);
            else
                Visit(child, key, inside, annotated, isClosed);
        }
    }

    private void Add(nn.Module module, string key, Parameter parameter, PlanEntry? entry, nn.Module? annotated)
    {
        if (parameter.IsInvalid)
            throw new ObjectDisposedException(key, $"The parameter '{key}' was disposed. Build the network outside any dispose scope.");

        var own = _plan.Of(parameter);
        if (own is not null)
        {
            own.WasMet = true;
            key = own.Key;
        }

        parameter.DetachFromDisposeScope();
        var address = TensorMemory.AddressOf(parameter);
        if (parameter.numel() > 0 && _seen.TryGetValue(address, out var tied))
        {
            if (tied is { Family: not null, Options.Estimator: Estimator.Local })
                throw new NotSupportedException(
                    $"'{tied.Key}' and '{key}' are one weight, and Estimator.Local draws noise for each layer by itself. "
                    + "Use Estimator.WeightSampling for tied weights.");
            tied.Tie(key, parameter);
            return;
        }

        var name = key[(key.LastIndexOf('.') + 1)..];
        var family = entry?.Family;
        if (family is not null && own is null && !IsBayesian(module, key, name, entry!, family, annotated))
            family = null;
        _hasPosterior |= family is not null;
        if (family is not null && !parameter.is_floating_point())
            throw new NotSupportedException($"The weight '{key}' has dtype {parameter.dtype}; a posterior needs a floating-point weight.");

        var weight = new NetworkWeight(Unique(key), module, parameter, family, entry?.Options ?? WeightOptions.Default);
        if (weight.IsFrozen)
            weight = new NetworkWeight(weight.Key, module, parameter, null, weight.Options);
        if (weight is { Family: not null, Options.Estimator: Estimator.Local })
            LocalEstimator.RequireFit(weight);
        Weights.Add(weight);
        _seen.TryAdd(address, weight);
    }

    /// <summary>
    /// Normalisation layers stay plain unless the annotation stands on the very layer: their scales are no connections, and a family
    /// that may prune them would switch off whole channels by accident.
    /// </summary>
    private static bool IsBayesian(
        nn.Module module, string key, string name, PlanEntry entry, PosteriorFamily family, nn.Module? annotated)
    {
        if (IsNormalisation(module) && !ReferenceEquals(module, annotated))
            return false;
        if (module is TransformerEncoderLayer or TransformerDecoderLayer or TransformerEncoder or TransformerDecoder or Transformer
            && key.Split('.').Any(part => part.StartsWith("norm", StringComparison.Ordinal)))
            return false;
        return !IsBias(name) || (entry.Options.IncludeBias ?? family.IncludesBias);
    }

    private static bool IsNormalisation(nn.Module module) => module is NormBase or LayerNorm or GroupNorm;

    private static bool IsBias(string name) =>
        name.StartsWith("bias", StringComparison.Ordinal) || name.EndsWith("_bias", StringComparison.Ordinal);

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
}
