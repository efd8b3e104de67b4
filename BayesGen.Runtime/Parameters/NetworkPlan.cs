using System.ComponentModel;
using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// Which layer of a network has which posterior, and under which key. Generated code fills it; the arena reads it once and again after
/// the network was moved.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class NetworkPlan
{
    private readonly Dictionary<nn.Module, PlanEntry> _modules = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<IntPtr, PlanEntry> _parameters = [];
    private readonly Dictionary<nn.Module, PlanEntry> _ofClasses = new(ReferenceEqualityComparer.Instance);
    private readonly List<PlanEntry> _entries = [];
    private readonly bool _isForNames;

    // What stands in front of the old name is as it is today: the network around it may have been renamed too, and comes first.
    private readonly Dictionary<string, string> _formerNames = [];

    /// <summary>An empty plan.</summary>
    public NetworkPlan()
    {
    }

    /// <summary>Whether every weight stays a plain number, whatever is annotated; keys are the same.</summary>
    internal bool IsDeterministic { get; private set; }

    /// <summary>Whether annotations do not count: what the plan itself says is all.</summary>
    internal bool IsClosed { get; private set; }

    /// <summary>
    /// Keeps every weight a plain number, whatever is annotated: the network that the annotations are to be compared with.
    /// </summary>
    internal void AllDeterministic() => IsDeterministic = IsClosed = true;

    /// <summary>
    /// Gives one layer a posterior, under the key of its place; all other weights stay plain numbers, whatever is annotated.
    /// </summary>
    /// <typeparam name="TPosterior">The family.</typeparam>
    /// <param name="layer">The layer.</param>
    internal void Only<TPosterior>(nn.Module layer)
        where TPosterior : Posterior, IPosterior<TPosterior>
    {
        IsClosed = true;
        Add(layer, new PlanEntry(OfItsPlace, PosteriorFamily<TPosterior>.Instance, WeightOptions.Default));
    }

    /// <summary>The key of an entry whose weights have those that a plain network gives them.</summary>
    internal const string OfItsPlace = "";

    private NetworkPlan(NetworkPlan whole) => (_formerNames, _isForNames) = (whole._formerNames, true);

    /// <summary>Gives the weights under a layer a posterior.</summary>
    /// <typeparam name="TPosterior">The family.</typeparam>
    /// <param name="key">The key of the layer: its field or property name, after that of the network it sits in.</param>
    /// <param name="layer">The layer; null is a field that holds nothing.</param>
    /// <param name="options">What the annotation says; null is nothing.</param>
    public void Bayesian<TPosterior>(string key, nn.Module? layer, WeightOptions? options = null)
        where TPosterior : Posterior, IPosterior<TPosterior> =>
        Add(layer, new PlanEntry(key, PosteriorFamily<TPosterior>.Instance, options ?? WeightOptions.Default));

    /// <summary>Gives a parameter of the network's own a posterior.</summary>
    /// <typeparam name="TPosterior">The family.</typeparam>
    /// <param name="key">The key of the parameter: its field or property name.</param>
    /// <param name="parameter">The parameter; null is a field that holds nothing.</param>
    /// <param name="options">What the annotation says; null is nothing.</param>
    public void Bayesian<TPosterior>(string key, Parameter? parameter, WeightOptions? options = null)
        where TPosterior : Posterior, IPosterior<TPosterior> =>
        Add(parameter, new PlanEntry(key, PosteriorFamily<TPosterior>.Instance, options ?? WeightOptions.Default));

    /// <summary>The same for a field whose declaration does not tell whether it holds a layer or a parameter.</summary>
    /// <typeparam name="TPosterior">The family.</typeparam>
    /// <param name="key">The key of what it holds.</param>
    /// <param name="value">A layer, a parameter or null.</param>
    /// <param name="options">What the annotation says; null is nothing.</param>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public void Bayesian<TPosterior>(string key, object? value, WeightOptions? options = null)
        where TPosterior : Posterior, IPosterior<TPosterior> =>
        Add(value, new PlanEntry(key, PosteriorFamily<TPosterior>.Instance, options ?? WeightOptions.Default));

    /// <summary>Keeps the weights under a layer plain numbers, whatever else is annotated.</summary>
    /// <param name="key">The key of the layer.</param>
    /// <param name="layer">The layer; null is a field that holds nothing.</param>
    public void Deterministic(string key, nn.Module? layer) => Add(layer, new PlanEntry(key, null, WeightOptions.Default));

    /// <summary>Keeps a parameter a plain number.</summary>
    /// <param name="key">The key of the parameter.</param>
    /// <param name="parameter">The parameter; null is a field that holds nothing.</param>
    public void Deterministic(string key, Parameter? parameter) => Add(parameter, new PlanEntry(key, null, WeightOptions.Default));

    /// <summary>The same for a field whose declaration does not tell whether it holds a layer or a parameter.</summary>
    /// <param name="key">The key of what it holds.</param>
    /// <param name="value">A layer, a parameter or null.</param>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public void Deterministic(string key, object? value) => Add(value, new PlanEntry(key, null, WeightOptions.Default));

    /// <summary>
    /// Names a layer without an annotation of its own. Its weights are what the annotation of the class says, or, where it is an annotated
    /// network, what that says; else plain numbers.
    /// </summary>
    /// <param name="key">The key of the layer.</param>
    /// <param name="layer">The layer; null is a field that holds nothing.</param>
    /// <param name="isRequired">Whether the annotation of the class covers it, so that TorchSharp has to know of it.</param>
    public void Unannotated(string key, nn.Module? layer, bool isRequired = false) =>
        Add(layer, new PlanEntry(key, null, WeightOptions.Default) { IsAnnotated = false, IsRequired = isRequired });

    /// <summary>Names a parameter without an annotation of its own, which is a plain number.</summary>
    /// <param name="key">The key of the parameter.</param>
    /// <param name="parameter">The parameter; null is a field that holds nothing.</param>
    public void Unannotated(string key, Parameter? parameter) =>
        Add(parameter, new PlanEntry(key, null, WeightOptions.Default) { IsAnnotated = false });

    /// <summary>The same for a field whose declaration does not tell what it holds.</summary>
    /// <param name="key">The key of what it holds.</param>
    /// <param name="value">A layer, a parameter or null.</param>
    /// <param name="isRequired">Whether the annotation of the class covers it, so that TorchSharp has to know of it.</param>
    /// <exception cref="InvalidOperationException">It is something else.</exception>
    public void Unannotated(string key, object? value, bool isRequired = false) =>
        Add(value, new PlanEntry(key, null, WeightOptions.Default) { IsAnnotated = false, IsRequired = isRequired });

    /// <summary>
    /// Gives every layer that a network has registered a posterior, in whatever way that was done. Normalization layers, parameters of the
    /// network's own, layers with an annotation and annotated networks excepted.
    /// </summary>
    /// <typeparam name="TPosterior">The family.</typeparam>
    /// <param name="network">The network.</param>
    /// <param name="options">What the annotation says; null is nothing.</param>
    public void EveryLayer<TPosterior>(nn.Module network, WeightOptions? options = null)
        where TPosterior : Posterior, IPosterior<TPosterior>
    {
        if (!_isForNames)
            _ofClasses.TryAdd(network, new PlanEntry("", PosteriorFamily<TPosterior>.Instance, options ?? WeightOptions.Default));
    }

    /// <summary>Says that what is saved under a key was once saved under another one.</summary>
    /// <param name="key">The key of the layer, parameter or buffer.</param>
    /// <param name="former">The key it had: the old name after the present path to the network it sits in.</param>
    /// <exception cref="InvalidOperationException">Something else was once under the same key.</exception>
    public void FormerlyKnownAs(string key, string former)
    {
        if (!_formerNames.TryAdd(former, key) && _formerNames[former] != key)
            throw new InvalidOperationException(
                $"Both '{_formerNames[former]}' and '{key}' were formerly known as '{former}'. Remove one of the two [FormerlyKnownAs].");
    }

    /// <summary>
    /// A plan that takes former names and nothing else, for a network whose own annotations do not count where it stands.
    /// </summary>
    public NetworkPlan FormerNamesOnly() => new(this);

    /// <summary>The keys of today by those that fields once had.</summary>
    internal IReadOnlyDictionary<string, string> FormerNames => _formerNames;

    internal PlanEntry? Of(nn.Module module) => _modules.GetValueOrDefault(module);

    internal PlanEntry? Of(Parameter parameter) => _parameters.GetValueOrDefault(parameter.Handle);

    /// <summary>What the annotation of a network's class says about every layer in it, or null.</summary>
    internal PlanEntry? OfClass(nn.Module network) => _ofClasses.GetValueOrDefault(network);

    /// <summary>The entries that are to have weights with a posterior, and that the walk over the network never met.</summary>
    internal IEnumerable<PlanEntry> NeverMet => _entries.Where(entry => !entry.WasMet
        && (entry.Family is not null || entry.IsRequired
            || entry is { IsAnnotated: false, Layer: { } layer } && NetworkAnnotations.Has(layer)));

    private void Add(object? value, PlanEntry entry)
    {
        switch (value)
        {
            case nn.Module layer:
                Add(layer, entry);
                break;
            case Parameter parameter:
                Add(parameter, entry);
                break;
            case not null when entry.IsAnnotated && !_isForNames:
                throw new InvalidOperationException(
                    $"'{entry.Key}' is annotated, but it holds a {value.GetType().Name}, which is neither a module nor a Parameter. "
                    + "Put a layer into it, or remove the annotation.");
        }
    }

    private void Add(nn.Module? layer, PlanEntry entry)
    {
        if (layer is null || _isForNames)
            return;
        if (_modules.TryAdd(layer, entry))
        {
            entry.Layer = layer;
            _entries.Add(entry);
        }
        else if (_modules[layer] is var first && first.Key != entry.Key)
        {
            // Of one place the nearest annotation was said first, and holds.
            first.RequireAgreement(entry.Key, entry.Family, entry.Options, "layer");
        }
    }

    private void Add(Parameter? parameter, PlanEntry entry)
    {
        if (parameter is null || _isForNames)
            return;
        if (_parameters.TryAdd(parameter.Handle, entry))
            _entries.Add(entry);
        else
            _parameters[parameter.Handle].RequireAgreement(entry.Key, entry.Family, entry.Options, "parameter");
    }
}

/// <summary>One line of a plan.</summary>
/// <param name="key">The key of the layer or parameter.</param>
/// <param name="family">The family, or null for plain numbers.</param>
/// <param name="options">What the annotation says.</param>
internal sealed class PlanEntry(string key, PosteriorFamily? family, WeightOptions options)
{
    public string Key { get; } = key;

    public PosteriorFamily? Family { get; } = family;

    public WeightOptions Options { get; } = options;

    /// <summary>Whether the member has an annotation of its own, which closes what it holds to other annotations.</summary>
    public bool IsAnnotated { get; init; } = true;

    /// <summary>Whether TorchSharp has to know of it though it has no family of its own.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The layer; null where it is a parameter.</summary>
    public nn.Module? Layer { get; set; }

    public bool WasMet { get; set; }

    /// <summary>Checks that what stands in two places is asked the same of in both.</summary>
    /// <exception cref="InvalidOperationException">It is not; the message names both.</exception>
    public void RequireAgreement(string otherKey, PosteriorFamily? otherFamily, WeightOptions otherOptions, string what) =>
        RequireAgreement((Key, Family, Options), (otherKey, otherFamily, otherOptions), what);

    /// <summary>The same of two places.</summary>
    public static void RequireAgreement(
        (string Key, PosteriorFamily? Family, WeightOptions Options) one,
        (string Key, PosteriorFamily? Family, WeightOptions Options) other,
        string what)
    {
        if (one.Family == other.Family && (one.Family is null || AreAlike(one.Options, other.Options)))
            return;
        throw new InvalidOperationException(
            $"'{one.Key}' and '{other.Key}' are one {what}, and their annotations differ: {Said(one.Family)} and {Said(other.Family)}"
            + (one.Family == other.Family ? " with other options" : "") + ". Annotate both alike, so that no order of fields decides.");

        // A prior of a user's own may have no equality; annotations say its class.
        static bool AreAlike(WeightOptions one, WeightOptions other) =>
            one with { Prior = null } == other with { Prior = null }
            && (Equals(one.Prior, other.Prior) || one.Prior?.GetType() == other.Prior?.GetType());

        static string Said(PosteriorFamily? family) => family is null ? "plain" : $"a {family.Name} posterior";
    }
}
