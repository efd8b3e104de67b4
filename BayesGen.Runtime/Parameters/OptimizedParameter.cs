using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>A flat tensor that an optimizer moves.</summary>
/// <param name="Name">Its name in the network, such as <c>Gaussian.log_sigma</c>; with dtype and device where there are several.</param>
/// <param name="Kind">The name of the variational parameter, "prior", or "deterministic".</param>
/// <param name="Parameter">The tensor.</param>
internal sealed record OptimizedParameter(string Name, string Kind, Parameter Parameter)
{
    /// <summary>The kind of weights that nobody annotated.</summary>
    public const string DeterministicKind = "deterministic";

    /// <summary>The family it belongs to; null for weights that nobody annotated.</summary>
    public string? Family { get; init; }

    /// <summary>The factor on the learning rate that the family asks for.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Whether it lies where weights lie, so that weight decay is for it.</summary>
    public bool HasWeightDecay { get; init; }

    /// <summary>Kind and family in one, such as <c>Gaussian.log_sigma</c>; the kind alone where there is no family.</summary>
    public string QualifiedKind => Family is null ? Kind : $"{Family}.{Kind}";

    /// <summary>The tensors of a network: the flat posterior parameters and the flat deterministic weights.</summary>
    public static IEnumerable<OptimizedParameter> Of(ParameterInventory inventory)
    {
        foreach (var arena in inventory.Families)
        {
            var isOnly = inventory.Families.Count(other => other.Family == arena.Family) == 1;
            var name = NameOf(
                isOnly ? arena.Family.Name : $"{arena.Family.Name}.{arena.Weights[0].Options.Estimator}", arena.Store, isOnly);
            foreach (var (said, flat) in arena.Family.Descriptor.Parameters.Zip(arena.Flat))
                yield return new($"{name}.{said.Name}", said.Name, flat)
                {
                    Family = arena.Family.Name, Factor = said.LearningRateFactor, HasWeightDecay = said.HasWeightDecay,
                };
            if (arena.Priors.Learned is { } prior)
                yield return new($"{name}.{WeightKeys.PriorName}", WeightKeys.PriorName, prior) { Family = arena.Family.Name };
        }

        foreach (var arena in inventory.Deterministic)
            yield return new(
                NameOf(DeterministicKind, arena.Store, inventory.Deterministic.Length == 1), DeterministicKind, arena.Flat)
            {
                HasWeightDecay = true,
            };
    }

    private static string NameOf(string name, WeightStore store, bool isOnly) => isOnly ? name : $"{name}.{store.Dtype}.{store.Device}";
}
