using BayesGen.CodeFixes;
using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fix of BG0204.</summary>
public sealed class OwnedNetworkCodeFixTests
{
    private const string Owned = "var network = new Classifier(); using var model = new BayesianClassifier(network); ";

    [Theory]
    [InlineData("using var adam = optim.Adam(network.parameters());", "using var adam = optim.Adam(model.parameters());")]
    [InlineData("network.to(CPU); // why", "model.to(CPU); // why")]
    [InlineData("network.zero_grad();", "model.zero_grad();")]
    [InlineData("model.Network.zero_grad();", "model.zero_grad();")]
    public Task ReplacesTheNetworkWithTheWrapper(string before, string after) =>
        CodeFixAssert.Fixes<OwnedNetworkCodeFix>(Using(Owned + before), "Use model", Using(Owned + after));

    [Fact]
    public Task FixesAllUses() => CodeFixAssert.FixesAll<OwnedNetworkCodeFix>(
        Using(Owned + "network.to(CPU); network.zero_grad();"), "Use model", Using(Owned + "model.to(CPU); model.zero_grad();"));

    [Theory]
    [InlineData(Owned + "network = network.to(CPU);")] // It returns what it is called on.
    [InlineData("var network = new Classifier(); using var both = new CompositeWrapper(new BayesianClassifier(network)); network.to(CPU);")]
    [InlineData("var network = new Classifier(); var adam = optim.Adam(network.parameters()); using var model = new BayesianClassifier(network); adam.step();")]
    public Task OffersNothingWhereMoreThanTheReceiverHasToChange(string body) => CodeFixAssert.Offers<OwnedNetworkCodeFix>(Using(body));

    private static string Using(string body) => TestSources.Classifier + $$"""

        public sealed class CompositeWrapper(BayesianClassifier model) : IDisposable
        {
            public void Dispose() => model.Dispose();
        }

        public static class User
        {
            public static void Use()
            {
                {{body}}
            }
        }
        """;
}
