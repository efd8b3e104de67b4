using BayesGen.Tests.Support;

namespace BayesGen.Tests.Survival;

/// <summary>What <c>dotnet test --filter Survival</c> runs. A filter that matches nothing ends with 0 as well.</summary>
public sealed class SurvivalFilterTests
{
    [Fact]
    public void TheFilterMatchesTheTestsOfThisFolder()
    {
        var matched = TestCatalog.MatchedBy("Survival");
        Assert.True(matched.Count >= 55, $"--filter Survival matches {matched.Count} tests only.");
        Assert.All(
            new[]
            {
                typeof(SurvivalArenaTests), typeof(SurvivalDiskTests), typeof(SurvivalIvonTests), typeof(SurvivalKillTests),
                typeof(SurvivalMemoryTests),
                typeof(SurvivalMutationTests), typeof(SurvivalNonFiniteTests), typeof(SurvivalResumeTests), typeof(SurvivalSignalTests),
                typeof(SurvivalThreadTests),
            },
            type => Assert.Contains(matched, test => test.StartsWith(type.FullName + ".", StringComparison.Ordinal)));
    }

    [Fact]
    public void TheFullRunIsAsLargeAsItSays()
    {
        Assert.True(SurvivalScale.Kills >= (SurvivalScale.IsFull ? 100 : 8));
        Assert.True(SurvivalScale.Mutations >= (SurvivalScale.IsFull ? 1000 : 150));
    }
}
