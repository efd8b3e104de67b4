using BayesGen.Tests.Package;
using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>Every family of the assembly against what docs/adding-a-family.md asks of one. Kernels: <see cref="KernelTests"/>.</summary>
public class FamilyContractTests
{
    private const int Count = 2000;

    public static TheoryData<string> Families => ShippedPosteriors.Names;

    [Fact]
    public void EveryMemberOfTheEnumerationHasAClassOfItsName() => Assert.Equal(
        Enum.GetValues<Family>().Select(family => (family.ToString(), ShippedFamilies.TypeOf(family))).OrderBy(pair => pair.Item1),
        ShippedPosteriors.All.Select(pair => (pair.Key, pair.Value)).OrderBy(pair => pair.Key));

    [Theory]
    [MemberData(nameof(Families))]
    public void ADescriptionIsSoundAndInTheFolderOfItsName(string name)
    {
        var type = ShippedPosteriors.All[name];
        var descriptor = FamilyDescriptor.Of(type);
        Assert.Equal(name, descriptor.Name);
        Assert.Equal($"{name}Posterior", type.Name);
        Assert.True(File.Exists(Path.Combine(ShippedPosteriors.FolderOf(name), $"{name}Posterior.cs")), $"{name} has no folder.");
        Assert.NotNull(descriptor.NaturalThreshold);
        Assert.Contains(descriptor.Parameters, parameter => parameter.HasWeightDecay);
        Assert.True(
            typeof(IHasKernel).IsAssignableFrom(type) || typeof(IHasKernelFactors).IsAssignableFrom(type), $"{name} has no kernel.");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void AFamilyStartsAtThePlainWeightWithoutWeightsToPrune(string name)
    {
        using var scope = NewDisposeScope();
        var descriptor = FamilyDescriptor.Of(ShippedPosteriors.All[name]);
        var posterior = ShippedPosteriors.Over(
            descriptor.PosteriorType, [.. descriptor.ParameterNames.Select(_ => full(Count, double.NaN, dtype: ScalarType.Float64))]);
        var weight = (new NoiseSource(1).Normal(posterior.Parameters[0]) * 0.1).nan_to_num();
        ShippedPosteriors.Start(posterior, weight);
        Assert.All(posterior.Parameters, parameter => Assert.True(parameter.isfinite().all().item<bool>()));
        Assert.True(posterior.Mean().allclose(weight), "The mean is not the weight.");
        Assert.True(posterior.Map().allclose(weight), "The point estimate is not the weight.");
        var kept = posterior.Score().ge(descriptor.NaturalThreshold!.Value).to(ScalarType.Float64).mean().item<double>();
        Assert.InRange(kept, 0.9, 1);

        var narrow = posterior.Variance().sum().item<double>();
        ShippedPosteriors.Start(posterior, weight, WeightOptions.Default with { InitialLogSigma = -3 });
        Assert.True(posterior.Variance().sum().item<double>() > narrow, "InitialLogSigma does not change the start.");
    }

    /// <summary>Parameters far beyond their usual ranges.</summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void ScoresReachTheEndsThatAFamilyNamesAndNoFurther(string name)
    {
        using var scope = NewDisposeScope();
        var descriptor = FamilyDescriptor.Of(ShippedPosteriors.All[name]);
        var scores = ShippedPosteriors.Spread(descriptor.PosteriorType, Count, width: 10).Score();
        var (lowest, highest) = (scores.min().item<double>(), scores.max().item<double>());
        // An end that is infinite is one that scores pass any number on the way to.
        Assert.Equal(Math.Max(descriptor.LowestScore, -9), Math.Max(lowest, Math.Max(descriptor.LowestScore, -9)));
        Assert.InRange(lowest, descriptor.LowestScore, Math.Max(descriptor.LowestScore, -9));
        Assert.InRange(highest, Math.Min(descriptor.HighestScore, 9), descriptor.HighestScore);
    }

    /// <summary>Else the axis of a chart would say "score", which means another thing for every family.</summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void AFamilyNamesItsScore(string name)
    {
        var type = ShippedPosteriors.All[name];
        var said = (PosteriorFamilyAttribute)Attribute.GetCustomAttribute(type, typeof(PosteriorFamilyAttribute), inherit: false)!;
        Assert.Contains("log", said.ScoreName);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void TheDefaultPriorIsTheOneThatIsNamedWithAScaleOrWithout(string name)
    {
        var type = ShippedPosteriors.All[name];
        var said = FamilyDescriptor.Of(type).DefaultPrior!;
        Assert.IsType(said, ShippedPosteriors.DefaultPrior(type, null));
        if (said.GetConstructor([typeof(double)]) is null)
            Assert.Throws<ArgumentException>(() => ShippedPosteriors.DefaultPrior(type, 0.5));
        else
            Assert.Equal(Activator.CreateInstance(said, 0.5), ShippedPosteriors.DefaultPrior(type, 0.5));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void AClosedFormIsThereForThePriorsThatAreNamedAndForNoOther(string name)
    {
        using var scope = NewDisposeScope();
        var descriptor = FamilyDescriptor.Of(ShippedPosteriors.All[name]);
        var posterior = ShippedPosteriors.Spread(descriptor.PosteriorType, Count);
        List<Prior> priors = [.. ShippedPosteriors.Priors, .. ShippedPosteriors.Priors.OfType<ITrainablePrior>().Select(Learned)];
        Assert.All(priors, prior => Assert.Equal(
            descriptor.ClosedForms.Any(closed => closed.IsInstanceOfType(prior)),
            (posterior as IHasClosedFormKl)?.KlTo(prior) is not null));
        Assert.All(descriptor.ClosedForms, closed => Assert.Contains(priors, closed.IsInstanceOfType));

        static Prior Learned(ITrainablePrior prior) =>
            prior.Over([.. prior.ParameterValues.Select(value => tensor(new[] { value }, dtype: ScalarType.Float64))]);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void TheDocumentsMentionAFamily(string name)
    {
        var descriptor = FamilyDescriptor.Of(ShippedPosteriors.All[name]);
        Assert.Contains($"\n### {name} (`{name}Posterior`)\n\nParameters: {string.Join(", ", descriptor.ParameterNames)}.",
            Read("docs/families-and-losses.md"));
        Assert.Contains($"\n| `{name}` |", Read("README.md"));
        Assert.Contains($"\n| `{name}` |", Read("docs/pruning.md"));
        Assert.Matches(
            $@"\n\| `{name}` \| [^|\n]+ \| {Text(descriptor.LowestScore)} and {Text(descriptor.HighestScore)} \|\n",
            Read("docs/diagnostics/BG0208.md"));

        static string Read(string page) => File.ReadAllText(Path.Combine(PackedRepository.Root, page)).ReplaceLineEndings("\n");

        static string Text(double number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
