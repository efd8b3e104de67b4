using BayesGen.Tests.Support;

namespace BayesGen.Tests.Resilience;

/// <summary>What <c>dotnet test --filter Resilience</c> runs. A filter that matches nothing ends with 0 as well.</summary>
public sealed class ResilienceFilterTests
{
    [Fact]
    public void TheFilterMatchesTheTestsOfThisFolder()
    {
        var matched = TestCatalog.MatchedBy("Resilience");
        Assert.True(matched.Count >= 55, $"--filter Resilience matches {matched.Count} tests only.");
        Assert.All(
            new[]
            {
                typeof(ResilienceArenaTests), typeof(ResilienceDiskTests), typeof(ResilienceIvonTests), typeof(ResilienceKillTests),
                typeof(ResilienceMemoryTests),
                typeof(ResilienceMutationTests), typeof(ResilienceNonFiniteTests), typeof(ResilienceResumeTests),
                typeof(ResilienceSignalTests),
                typeof(ResilienceThreadTests),
            },
            type => Assert.Contains(matched, test => test.StartsWith(type.FullName + ".", StringComparison.Ordinal)));
    }

    [Fact]
    public void TheFullRunHasTheDocumentedSize()
    {
        Assert.True(ResilienceScale.Kills >= (ResilienceScale.IsFull ? 100 : 8));
        Assert.True(ResilienceScale.Mutations >= (ResilienceScale.IsFull ? 1000 : 150));
    }
}
