namespace BayesGen.Tests;

public class DefaultFactorTests
{
    /// <summary>A factor on a name that no family has would silently do nothing.</summary>
    [Fact]
    public void EveryDefaultLearningRateFactorIsOnAParameterOfAShippedFamily()
    {
        var names = Enum.GetValues<Family>()
            .SelectMany(family => (IReadOnlyList<string>)PosteriorFamily.TypeOf(family)
                .GetProperty(nameof(GaussianPosterior.ParameterNames))!.GetValue(null)!)
            .Append("deterministic")
            .ToHashSet();
        Assert.All(TrainerOptions.DefaultLearningRateFactors, factor =>
        {
            Assert.Contains(factor.Key, names);
            Assert.True(factor.Value > 0 && double.IsFinite(factor.Value), $"{factor.Key}: {factor.Value}");
        });
    }
}
