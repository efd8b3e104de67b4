using BayesGen.Tests.Analyzers;
using BayesGen.Tests.Package;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>What <c>dotnet test --filter Generator</c> runs. A filter that matches nothing ends with 0 as well.</summary>
public sealed class GeneratorFilterTests
{
    [Fact]
    public void TheFilterMatchesTheTestsOfTheGenerator()
    {
        var matched = TestCatalog.MatchedBy("Generator");
        Assert.True(matched.Count >= 120, $"--filter Generator matches {matched.Count} tests only.");
        Assert.All(
            new[]
            {
                typeof(GeneratorCachingTests), typeof(GeneratorReachabilityTests), typeof(GeneratorMemoryTests),
                typeof(GeneratorRandomSourceTests), typeof(GeneratorSnapshotTests), typeof(GeneratorPackageTests),
            },
            type => Assert.Contains(matched, test => test.StartsWith(type.FullName + ".", StringComparison.Ordinal)));
    }
}
