using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>A family as a value: the one place where a posterior's static members become something a list can hold.</summary>
internal abstract class PosteriorFamily
{
    public abstract string Name { get; }

    public abstract Type PosteriorType { get; }

    public abstract IReadOnlyList<string> ParameterNames { get; }

    public abstract IReadOnlyDictionary<string, double> LearningRateFactors { get; }

    public abstract bool IncludesBias { get; }

    public abstract bool SupportsLocal { get; }

    public abstract Prior PriorOf(WeightOptions options);

    public abstract FamilyArena CreateArena(IReadOnlyList<NetworkWeight> weights);

    /// <summary>
    /// Whether a loss implements <see cref="IScores{TPosterior}"/> for this family. The arena knows losses by that alone.
    /// </summary>
    public abstract bool IsScoredBy(object loss);

    /// <summary>The posterior class of a shipped family.</summary>
    public static Type TypeOf(Family family) => family switch
    {
        Family.Gaussian => typeof(GaussianPosterior),
        Family.LogUniform => typeof(LogUniformPosterior),
        Family.SparseDropout => typeof(SparseDropoutPosterior),
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "This is not a family of BayesGen."),
    };
}

/// <summary>The family of <typeparamref name="TPosterior"/>.</summary>
internal sealed class PosteriorFamily<TPosterior> : PosteriorFamily
    where TPosterior : Posterior, IPosterior<TPosterior>
{
    private PosteriorFamily()
    {
    }

    public static PosteriorFamily<TPosterior> Instance { get; } = new();

    public override string Name => TPosterior.FamilyName;

    public override Type PosteriorType => typeof(TPosterior);

    public override IReadOnlyList<string> ParameterNames => TPosterior.ParameterNames;

    public override IReadOnlyDictionary<string, double> LearningRateFactors => TPosterior.LearningRateFactors;

    public override bool IncludesBias => TPosterior.IncludesBias;

    public override bool SupportsLocal => TPosterior.SupportsLocal;

    public override Prior PriorOf(WeightOptions options) => options.Prior ?? TPosterior.DefaultPrior(options.PriorScale);

    public override FamilyArena CreateArena(IReadOnlyList<NetworkWeight> weights) => new FamilyArena<TPosterior>(this, weights);

    public override bool IsScoredBy(object loss) => loss is IScores<TPosterior>;
}
