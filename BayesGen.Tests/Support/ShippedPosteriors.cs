using System.Reflection;
using BayesGen.Tests.Package;

namespace BayesGen.Tests.Support;

/// <summary>The posterior classes that BayesGen ships, found in its assembly: no test has a list of families.</summary>
internal static class ShippedPosteriors
{
    /// <summary>Each class by the name of its family.</summary>
    public static IReadOnlyDictionary<string, Type> All { get; } = typeof(Posterior).Assembly.GetTypes()
        .Where(type => type is { IsAbstract: false } && typeof(Posterior).IsAssignableFrom(type))
        .ToDictionary(FamilyDescriptor.NameOf);

    public static TheoryData<string> Names => [.. All.Keys.Order()];

    /// <summary>Where the sources of a family stand.</summary>
    public static string FolderOf(string name) => Path.Combine(PackedRepository.Root, "BayesGen.Runtime", "Variational", name);

    /// <summary>A posterior over tensors.</summary>
    public static Posterior Over(Type type, IReadOnlyList<Tensor> parameters) =>
        (Posterior)type.GetMethod(nameof(GaussianPosterior.Over))!.Invoke(null, [parameters])!;

    /// <summary>Lets the parameters of a posterior start at a weight.</summary>
    public static void Start(Posterior posterior, Tensor weight, WeightOptions? options = null) => posterior.GetType()
        .GetMethod(nameof(GaussianPosterior.Initialize))!.Invoke(null, [posterior, weight, options ?? WeightOptions.Default]);

    /// <summary>The default prior of a family.</summary>
    public static Prior DefaultPrior(Type type, double? scale)
    {
        try
        {
            return (Prior)type.GetMethod(nameof(GaussianPosterior.DefaultPrior))!.Invoke(null, [scale])!;
        }
        catch (TargetInvocationException thrown)
        {
            throw thrown.InnerException!;
        }
    }

    /// <summary>
    /// Parameters all over their ranges, in float64: as wide around the way from 0 to where they start as that is long, two at least.
    /// </summary>
    /// <param name="type">The posterior class.</param>
    /// <param name="count">The number of weights.</param>
    /// <param name="width">How much wider still.</param>
    public static Posterior Spread(Type type, int count, double width = 1)
    {
        var names = FamilyDescriptor.Of(type).ParameterNames;
        List<Tensor> starts = [.. names.Select(_ => zeros(count, dtype: ScalarType.Float64))];
        Start(Over(type, starts), new NoiseSource(0).Normal(starts[0]) * 2);
        return Over(type, [.. starts.Select((start, i) =>
        {
            var half = start.mean().item<double>() / 2;
            return (new NoiseSource(i + 1).Normal(start) * (width * Math.Max(2, Math.Abs(half))) + half).requires_grad_();
        })]);
    }

    /// <summary>The priors of BayesGen that can be made from numbers, away from their defaults where they have some.</summary>
    public static IReadOnlyList<Prior> Priors { get; } =
    [
        .. typeof(Prior).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false } && typeof(Prior).IsAssignableFrom(type))
            .Select(Make)
            .OfType<Prior>(),
    ];

    private static Prior? Make(Type type) =>
        type.GetConstructor([typeof(double), typeof(double)]) is { } two ? (Prior)two.Invoke([0.3, 1.7])
        : type.GetConstructor([]) is { } none ? (Prior)none.Invoke([])
        : null;
}
