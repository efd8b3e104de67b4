using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace BayesGen.Parameters;

/// <summary>
/// What the annotations of each network class say, by class. Generated code registers a class when its assembly is loaded, before an
/// object of it can exist; so a network counts as annotated wherever it stands, however loosely the field that holds it is declared.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AnnotatedNetworks
{
    // A class that can be unloaded is forgotten with its assembly.
    private static readonly ConditionalWeakTable<Type, Annotations> Known = new();

    /// <summary>Tells the annotations of a class.</summary>
    /// <typeparam name="TNetwork">The network class; an abstract one speaks for the classes that derive from it.</typeparam>
    /// <param name="describe">Fills the plan: the network, and what to put before every key.</param>
    public static void Register<TNetwork>(Action<NetworkPlan, TNetwork, string> describe)
        where TNetwork : nn.Module
    {
        ArgumentNullException.ThrowIfNull(describe);
        Known.AddOrUpdate(typeof(TNetwork), new Annotations((plan, network, prefix) => describe(plan, (TNetwork)network, prefix)));
    }

    /// <summary>Whether the class of a module, or one it derives from, is annotated.</summary>
    internal static bool Has(nn.Module module) => Chain(module).Any();

    /// <summary>
    /// Fills a plan with what the class of a module says and then what its base classes say: the word that is nearer comes first and holds.
    /// </summary>
    /// <returns>Whether any of them is annotated.</returns>
    internal static bool Describe(NetworkPlan plan, nn.Module module, string prefix)
    {
        var isAnnotated = false;
        foreach (var annotations in Chain(module))
        {
            isAnnotated = true;
            annotations.Describe(plan, module, prefix);
        }

        return isAnnotated;
    }

    private static IEnumerable<Annotations> Chain(nn.Module module)
    {
        for (var type = module.GetType(); type is not null && type != typeof(nn.Module); type = type.BaseType)
            if (Known.TryGetValue(type, out var annotations))
                yield return annotations;
    }

    private sealed record Annotations(Action<NetworkPlan, nn.Module, string> Describe);
}
