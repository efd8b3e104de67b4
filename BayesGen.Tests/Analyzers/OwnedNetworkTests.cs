using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0204.</summary>
public sealed class OwnedNetworkTests
{
    private const string Owned = "var network = new Classifier(); using var model = new BayesianClassifier(network); ";

    [Theory]
    [InlineData("[|BG0204:network.to(CPU)|];", "to() puts other parameters in their place; call it on the wrapper")]
    [InlineData("[|BG0204:network.zero_grad()|];", "zero_grad() takes the gradients away; call it on the wrapper")]
    [InlineData(
        "using var adam = optim.Adam([|BG0204:network.parameters()|]);",
        "an optimizer would move weights that the next draw overwrites; give it the parameters() of the wrapper")]
    public Task SaysWhatToDo(string use, string advice) =>
        AnalyzerAssert.Reports(Using(Owned + use), $"'network' belongs to a BayesianClassifier here: {advice}");

    [Theory]
    [InlineData("[|BG0204:network.cuda()|];")]
    [InlineData("[|BG0204:network.zero_grad(true)|];")]
    [InlineData("if (on) { [|BG0204:network.to(ScalarType.Float64)|]; }")]
    [InlineData("using var sgd = optim.SGD(System.Linq.Enumerable.ToArray([|BG0204:network.parameters()|]), 0.1);")]
    public Task EveryUseThatCutsItOff(string use) => AnalyzerAssert.Reports(Using(Owned + use));

    [Theory]
    [InlineData(Owned + "model.to(CPU); model.zero_grad(); using var adam = optim.Adam(model.parameters());")]
    [InlineData(Owned + "network.call(ones(1)); network.eval(); network.zero_grad(false);")]
    [InlineData(Owned + "var count = System.Linq.Enumerable.Count(network.parameters());")]
    [InlineData(Owned + "network = new Classifier(); network.to(CPU);")]
    [InlineData("var network = new Classifier(); network.to(CPU); network.zero_grad(); using var model = new BayesianClassifier(network);")]
    [InlineData("var network = new Classifier(); if (on) { using var model = new BayesianClassifier(network); } else { network.to(CPU); }")]
    [InlineData("var network = new Classifier(); Action make = () => { using var model = new BayesianClassifier(network); }; network.to(CPU); make();")]
    [InlineData("var network = new Classifier(); using var model = new BayesianClassifier(new Classifier()); network.to(CPU);")]
    public Task WhatDoesNoHarmIsFine(string body) => AnalyzerAssert.Reports(Using(body));

    private static string Using(string body) => TestSources.Classifier + $$"""

        public static class User
        {
            public static void Use(bool on)
            {
                {{body}}
            }
        }
        """;
}
