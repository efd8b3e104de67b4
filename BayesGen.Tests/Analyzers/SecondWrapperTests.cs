using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0211.</summary>
public sealed class SecondWrapperTests
{
    private const string Network = "var network = new Classifier(); ";

    [Theory]
    [InlineData(Network + "using var a = new BayesianClassifier(network); using var b = new BayesianClassifier([|BG0211:network|]);",
        "network", "an earlier wrapper")]
    [InlineData("using var b = new BayesianClassifier([|BG0211:model.Network|]);", "model.Network", "model")]
    [InlineData(Network + "for (var i = 0; i < 3; i++) { using var a = new BayesianClassifier([|BG0211:network|]); }", "network",
        "the wrapper of the turn before")]
    public Task ReportsASecondWrapperAndNamesTheOwner(string body, string network, string owner) => AnalyzerAssert.Reports(
        HandStep.In(body),
        $"'{network}' belongs to {owner} already, which would answer with the weights of this one: make a network for each wrapper");

    [Theory]
    [InlineData(Network
        + "using var a = new BayesianClassifier(network); network = new Classifier(); using var b = new BayesianClassifier(network);")]
    [InlineData(Network + "using var a = batches.Count > 1 ? new BayesianClassifier(network) : new BayesianClassifier(network);")]
    [InlineData(Network + "if (batches.Count > 1) { using var a = new BayesianClassifier(network); return; } using var b = new BayesianClassifier(network);")]
    [InlineData("for (var i = 0; i < 3; i++) { var network = new Classifier(); using var a = new BayesianClassifier(network); }")]
    [InlineData(Network + "for (var i = 0; i < 3; i++) { using var a = new BayesianClassifier(network); network = new Classifier(); }")]
    [InlineData(Network + "while (true) { using var a = new BayesianClassifier(network); if (batches.Count > 1) break; }")]
    [InlineData(Network + "BayesianClassifier? held = null; foreach (var batch in batches) held ??= new BayesianClassifier(network);")]
    [InlineData("var networks = new[] { new Classifier(), new Classifier() }; foreach (var network in networks) { using var a = new BayesianClassifier(network); }")]
    [InlineData("var one = new Classifier(); var two = new Classifier(); using var a = new BayesianClassifier(one); using var b = new BayesianClassifier(two);")]
    [InlineData(Network
        + "Func<BayesianClassifier> make = () => new BayesianClassifier(network); using var a = new BayesianClassifier(new Classifier());")]
    public Task AcceptsANetworkForEachWrapper(string body) => AnalyzerAssert.Reports(HandStep.In(body));
}
