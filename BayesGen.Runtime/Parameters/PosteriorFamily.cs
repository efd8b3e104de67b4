using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>A family as a value: the one place where a posterior's static members become something a list can hold.</summary>
internal abstract class PosteriorFamily
{
    /// <summary>What the class says about the family.</summary>
    /// <exception cref="InvalidOperationException">It says something that cannot be.</exception>
    public abstract FamilyDescriptor Descriptor { get; }

    public string Name => Descriptor.Name;

    public Type PosteriorType => Descriptor.PosteriorType;

    public IReadOnlyList<string> ParameterNames => Descriptor.ParameterNames;

    public bool IncludesBias => Descriptor.IncludesBias;

    public bool SupportsLocal => Descriptor.SupportsLocal;

    public bool HasUnits => Descriptor.HasUnits;

    public abstract Prior PriorOf(WeightOptions options);

    /// <summary>The posterior of the weights of an arena over its parameters, started around the weights of the plain network.</summary>
    public abstract ArenaPosterior CreatePosterior(ArenaParameters parameters, IReadOnlyList<NetworkWeight> weights);

    /// <summary>The arena of weights of this family.</summary>
    public FamilyArena CreateArena(IReadOnlyList<NetworkWeight> weights) => new(this, weights);

    /// <summary>
    /// Whether a loss implements <see cref="IScores{TPosterior}"/> for this family. The arena knows losses by that alone.
    /// </summary>
    public abstract bool IsScoredBy(object loss);
}

/// <summary>The family of <typeparamref name="TPosterior"/>.</summary>
internal sealed class PosteriorFamily<TPosterior> : PosteriorFamily
    where TPosterior : Posterior, IPosterior<TPosterior>
{
    private PosteriorFamily()
    {
    }

    public static PosteriorFamily<TPosterior> Instance { get; } = new();

    /// <remarks>Read when it is asked for and not with the object, so that a fault is thrown as it is, at the wrapping.</remarks>
    public override FamilyDescriptor Descriptor => field ??= FamilyDescriptor.Of(typeof(TPosterior));

    public override Prior PriorOf(WeightOptions options)
    {
        if (options.Prior is { } given)
            return given;
        var prior = TPosterior.DefaultPrior(options.PriorScale);
        return Descriptor.DefaultPrior is not { } said || said.IsInstanceOfType(prior) ? prior : throw new InvalidOperationException(
            $"{PosteriorType.Name} does not describe its family: DefaultPrior of [PosteriorFamily] is {said.Name}, and its method "
            + $"DefaultPrior gives a {prior.GetType().Name}. Make them the same.");
    }

    public override ArenaPosterior CreatePosterior(ArenaParameters parameters, IReadOnlyList<NetworkWeight> weights) =>
        new ArenaPosterior<TPosterior>(parameters, weights);

    public override bool IsScoredBy(object loss) => loss is IScores<TPosterior>;
}
