using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>What <c>dotnet test --filter Analyzers</c> runs. A filter that matches nothing ends with 0 as well.</summary>
public sealed class AnalyzersFilterTests
{
    [Fact]
    public void TheFilterMatchesTheTestsOfTheAnalyzers()
    {
        var matched = TestCatalog.MatchedBy("Analyzers");
        Assert.True(matched.Count >= 90, $"--filter Analyzers matches {matched.Count} tests only.");
        Assert.Contains(matched, test => test.StartsWith(typeof(DescriptorTests).FullName + ".", StringComparison.Ordinal));
    }
}
