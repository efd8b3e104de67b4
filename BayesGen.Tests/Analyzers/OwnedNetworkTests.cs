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
    public Task ReportsUsesOfTheWrappedNetworkWithAdvice(string use, string advice) =>
        AnalyzerAssert.Reports(Using(Owned + use), $"'network' belongs to a BayesianClassifier here: {advice}");

    [Theory]
    [InlineData("[|BG0204:network.cuda()|];")]
    [InlineData("[|BG0204:network.zero_grad(true)|];")]
    [InlineData("if (on) { [|BG0204:network.to(ScalarType.Float64)|]; }")]
    [InlineData("using var sgd = optim.SGD(System.Linq.Enumerable.ToArray([|BG0204:network.parameters()|]), 0.1);")]
    [InlineData("[|BG0204:network.half()|];")]
    [InlineData("using var adam = optim.Adam([|BG0204:network.named_parameters()|]);")]
    public Task ReportsEveryUseThatBreaksTheWrapper(string use) => AnalyzerAssert.Reports(Using(Owned + use));

    [Fact]
    public Task ReportsAnOptimizerMadeBeforeTheWrapper() => AnalyzerAssert.Reports(
        Using("""
            var network = new Classifier();
            using var adam = optim.Adam(network.parameters());
            using var model = new BayesianClassifier(network);
            [|BG0204:adam.zero_grad()|];
            [|BG0204:adam.step()|];
            """),
        Enumerable.Repeat(
            "'network' belongs to a BayesianClassifier here: 'adam' was made of its parameters, which the next draw overwrites; "
            + "make one of the parameters() of the wrapper", 2).ToArray());

    [Theory]
    [InlineData("[|BG0204:model.Network.to(CPU)|];", "to() puts other parameters in their place; call it on the wrapper")]
    [InlineData("using var adam = optim.Adam([|BG0204:model.Network.parameters()|]);",
        "an optimizer would move weights that the next draw overwrites; give it the parameters() of the wrapper")]
    public Task ReportsUsesOfTheNetworkProperty(string use, string advice) =>
        AnalyzerAssert.Reports(Using(Owned + use), $"'model.Network' belongs to a BayesianClassifier here: {advice}");

    [Fact]
    public Task ReportsANetworkInAField() => AnalyzerAssert.Reports(TestSources.Classifier + """

        public sealed class Experiment
        {
            private readonly Classifier _network = new();
            private readonly BayesianClassifier _model;
            private optim.Optimizer? _adam;

            public Experiment()
            {
                _model = new BayesianClassifier(_network);
                [|BG0204:_network.to(CPU)|];
                _adam = optim.Adam([|BG0204:this._network.parameters()|]);
            }

            public void Pretrain() => _network.to(CPU);
            public void Inside() => [|BG0204:_model.Network.zero_grad()|];
        }
        """);

    [Theory]
    [InlineData(Owned + "model.to(CPU); model.zero_grad(); using var adam = optim.Adam(model.parameters());")]
    [InlineData(Owned + "network.call(ones(1)); network.eval(); network.zero_grad(false);")]
    [InlineData(Owned + "var count = System.Linq.Enumerable.Count(network.parameters());")]
    [InlineData(Owned + "network = new Classifier(); network.to(CPU);")]
    [InlineData("var network = new Classifier(); network.to(CPU); network.zero_grad(); using var model = new BayesianClassifier(network);")]
    [InlineData("var network = new Classifier(); if (on) { using var model = new BayesianClassifier(network); } else { network.to(CPU); }")]
    [InlineData("var network = new Classifier(); Action make = () => { using var model = new BayesianClassifier(network); }; network.to(CPU); make();")]
    [InlineData("var network = new Classifier(); using var model = new BayesianClassifier(new Classifier()); network.to(CPU);")]
    [InlineData("var network = new Classifier(); using var adam = optim.Adam(network.parameters()); adam.step(); using var model = new BayesianClassifier(network);")]
    [InlineData("var network = new Classifier(); var adam = optim.Adam(network.parameters()); using var model = new BayesianClassifier(network); adam = optim.Adam(model.parameters()); ")]
    [InlineData(Owned + "model.Network.eval(); model.Network.call(ones(1));")]
    [InlineData(Owned + "Renew(); network.to(CPU); void Renew() => network = new Classifier();")]
    [InlineData(Owned + "Action renew = () => network = new Classifier(); renew(); network.to(CPU);")]
    [InlineData(Owned + "Swap(ref network); network.to(CPU); static void Swap(ref Classifier held) => held = new();")]
    [InlineData(Owned + "(network, on) = (new Classifier(), true); network.to(CPU);")]
    [InlineData(
        "var network = new Classifier(); if (on) { var model = new BayesianClassifier(network); model.eval(); return; } network.to(CPU);")]
    [InlineData("var network = new Classifier(); var adam = optim.Adam(network.parameters()); using var model = new BayesianClassifier(network); adam = optim.Adam(model.parameters()); adam.step();")]
    [InlineData("var network = new Classifier(); var adam = optim.Adam(network.parameters()); network = new Classifier(); using var model = new BayesianClassifier(network); adam.step();")]
    public Task AcceptsHarmlessUses(string body) => AnalyzerAssert.Reports(Using(body));

    [Theory]
    [InlineData("Renew();")]
    [InlineData("this.Renew();")]
    [InlineData("_renew();")]
    [InlineData("Elsewhere.Of(this);")]
    public Task AcceptsAFieldThatAHelperMayReplace(string renew) =>
        AnalyzerAssert.Reports(Experiment("private Classifier _network = new();", renew));

    /// <summary>What nothing but the constructor writes is the same object behind any call.</summary>
    [Fact]
    public Task ReportsAFieldThatNothingReplaces() => AnalyzerAssert.Reports(Experiment(
            "private readonly Classifier _network = new();", "System.Console.WriteLine();")
        .Replace("_network.to(CPU)", "[|BG0204:_network.to(CPU)|]").Replace("_network = new Classifier();", ""));

    private static string Experiment(string field, string renew) => TestSources.Classifier + $$"""

        public sealed class Experiment
        {
            {{field}}
            private readonly Action _renew;

            public Experiment() => _renew = Renew;

            public void Use()
            {
                using var model = new BayesianClassifier(_network);
                {{renew}}
                _network.to(CPU);
            }

            public void Renew()
            {
                _network = new Classifier();
            }
        }

        public static class Elsewhere
        {
            public static void Of(Experiment experiment) => experiment.Renew();
        }
        """;

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
