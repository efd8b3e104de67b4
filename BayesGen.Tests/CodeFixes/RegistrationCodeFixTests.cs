using BayesGen.CodeFixes;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fixes of BG0004.</summary>
public sealed class RegistrationCodeFixTests
{
    private const string Call = "Call RegisterComponents()";
    private const string Later = "Call RegisterComponents() behind the last layer";
    private const string Fc = "[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1); ";

    [Theory]
    [InlineData("public Net() : base(\"Net\") { }", "public Net() : base(\"Net\")\n    {\n        RegisterComponents();\n    }\n")]
    [InlineData("""public Net() : base("Net") { eval(); }""", """public Net() : base("Net") { eval(); RegisterComponents(); }""")]
    [InlineData("public Net() : base(\"Net\") => eval();",
        "public Net() : base(\"Net\")\n    {\n        eval();\n        RegisterComponents();\n    }\n")]
    [InlineData(
        """public Net() : base("Net") { eval(); } public Net(int size) : this() { }""",
        """public Net() : base("Net") { eval(); RegisterComponents(); } public Net(int size) : this() { }""")]
    [InlineData(
        "public Net() : base(\"Net\")\n    {\n        eval(); // why\n    }",
        "public Net() : base(\"Net\")\n    {\n        eval(); // why\n        RegisterComponents();\n    }")]
    public Task AddsRegisterComponentsToTheConstructors(string before, string after) =>
        CodeFixAssert.Fixes<RegistrationCodeFix>(Network(Fc + before), Call, Network(Fc + after));

    [Theory]
    [InlineData(
        """[Bayesian(Gaussian)] private readonly Linear fc; public Net() : base("Net") { RegisterComponents(); fc = Linear(1, 1); eval(); }""",
        """[Bayesian(Gaussian)] private readonly Linear fc; public Net() : base("Net") { fc = Linear(1, 1); RegisterComponents(); eval(); }""")]
    [InlineData(
        "[Bayesian(Gaussian)] private readonly Linear fc;\n    public Net() : base(\"Net\")\n    {\n        RegisterComponents(); // first\n        var size = 3;\n        fc = Linear(size, 1);\n    }",
        "[Bayesian(Gaussian)] private readonly Linear fc;\n    public Net() : base(\"Net\")\n    {\n        var size = 3;\n        fc = Linear(size, 1);\n        RegisterComponents(); // first\n    }")]
    public Task MovesRegisterComponentsBehindTheLayers(string before, string after) =>
        CodeFixAssert.Fixes<RegistrationCodeFix>(Network(before), Later, Network(after));

    [Fact]
    public Task FixesAllConstructors() => CodeFixAssert.FixesAll<RegistrationCodeFix>(
        Network("[Bayesian(Gaussian)] private Linear a, b; public Net() : base(\"Net\") { RegisterComponents(); a = Linear(1, 1); b = Linear(1, 1); }"),
        Later,
        Network("[Bayesian(Gaussian)] private Linear a, b; public Net() : base(\"Net\") { a = Linear(1, 1); b = Linear(1, 1); RegisterComponents(); }"));

    [Theory]
    [InlineData("[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1); private readonly Linear[] all = [Linear(1, 1)]; public Net() : base(\"Net\") => RegisterComponents();")]
    public Task OffersNothingForAList(string members) => CodeFixAssert.Offers<RegistrationCodeFix>(Network(members));

    [Fact]
    public Task OffersNothingForAPrimaryConstructor() =>
        CodeFixAssert.Offers<RegistrationCodeFix>(
        Network(Fc).Replace("Net : Module<Tensor, Tensor>", "Net() : Module<Tensor, Tensor>(\"Net\")"));

    private static string Network(string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
