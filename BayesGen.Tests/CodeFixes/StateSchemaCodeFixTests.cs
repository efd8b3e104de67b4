using BayesGen.CodeFixes;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fixes of BG0300 to BG0302.</summary>
public sealed class StateSchemaCodeFixTests
{
    private const string Listed = """
        # What saved files hold.
        Demo.Net: fc.bias -> Gaussian
        Demo.Net: fc.weight -> Gaussian

        # The next network.

        """;

    private const string Head = "private readonly Linear head = Linear(1, 1);";

    [Theory]
    [InlineData("[Bayesian(Gaussian)] ", "[Bayesian(Gaussian), FormerlyKnownAs(\"fc\")] ")]
    [InlineData(
        "[Bayesian(Gaussian)] [FormerlyKnownAs(\"f\")] ", "[Bayesian(Gaussian)] [FormerlyKnownAs(\"f\"), FormerlyKnownAs(\"fc\")] ")]
    [InlineData("/* why */\n    [Bayesian(Gaussian)]\n    ", "/* why */\n    [Bayesian(Gaussian), FormerlyKnownAs(\"fc\")]\n    ")]
    public Task AddsFormerlyKnownAsToARenamedField(string before, string after) => CodeFixAssert.FixesWithState<FormerNameCodeFix>(
        Network(before + Head), Listed, "Add [FormerlyKnownAs(\"fc\")]", Network(after + Head));

    [Fact]
    public Task AddsAnAttributeListToAFieldWithoutOne() => CodeFixAssert.FixesWithState<FormerNameCodeFix>(
        Network($"// The end.\n    {Head}"),
        Listed.Replace("Gaussian", "Deterministic"),
        "Add [FormerlyKnownAs(\"fc\")]",
        Network($"// The end.\n    [FormerlyKnownAs(\"fc\")] {Head}"));

    [Fact]
    public Task AddsFormerlyKnownAsToAProperty() => CodeFixAssert.FixesWithState<FormerNameCodeFix>(
        Network("[Bayesian(Gaussian)] public Linear Head { get; } = Linear(1, 1);"),
        Listed,
        "Add [FormerlyKnownAs(\"fc\")]",
        Network("[Bayesian(Gaussian), FormerlyKnownAs(\"fc\")] public Linear Head { get; } = Linear(1, 1);"));

    [Fact]
    public Task OffersEachMemberThatMayBeTheOldOne() => CodeFixAssert.OffersWithState<FormerNameCodeFix>(
        Network($"[Bayesian(Gaussian)] {Head} [Bayesian(Gaussian)] private readonly Linear tail = Linear(1, 1);"),
        Listed,
        "Add [FormerlyKnownAs(\"fc\")] to 'head'",
        "Add [FormerlyKnownAs(\"fc\")] to 'tail'");

    /// <summary>The attribute would be on both.</summary>
    [Fact]
    public Task OffersNothingForFieldsThatShareADeclaration() => CodeFixAssert.OffersWithState<FormerNameCodeFix>(
        Network("[Bayesian(Gaussian)] private readonly Linear a = Linear(1, 1), b = Linear(1, 1);"), Listed);

    [Fact]
    public Task FixesAllRenamedFields() => CodeFixAssert.FixesAllWithState<FormerNameCodeFix>(
        Network($"[Bayesian(Gaussian)] {Head} [Bayesian(LogUniform)] private readonly Linear tail = Linear(1, 1);"),
        Listed + "Demo.Net: last.bias -> LogUniform\nDemo.Net: last.weight -> LogUniform\n",
        "Add [FormerlyKnownAs(\"fc\")]",
        Network(
            $"[Bayesian(Gaussian), FormerlyKnownAs(\"fc\")] {Head} "
            + "[Bayesian(LogUniform), FormerlyKnownAs(\"last\")] private readonly Linear tail = Linear(1, 1);"));

    [Fact]
    public Task InsertsNewKeysInOrder() => CodeFixAssert.FixesState<StateSchemaCodeFix>(
        Network($"[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1); {Head}"),
        "Demo.Net: fc.bias -> Gaussian\r\nDemo.Net: fc.weight -> Gaussian\r\n# Z\r\nDemo.Zoo: x -> y",
        "List 'head' in BayesGen.State.txt",
        "Demo.Net: fc.bias -> Gaussian\r\nDemo.Net: fc.weight -> Gaussian\r\n# Z\r\n"
        + "Demo.Net: head.bias -> Deterministic\r\nDemo.Net: head.weight -> Deterministic\r\nDemo.Zoo: x -> y\r\n");

    [Fact]
    public Task FillsAnEmptyFile() => CodeFixAssert.FixesAllOfState<StateSchemaCodeFix>(
        Network($"[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1); {Head}"),
        "",
        "List 'fc' in BayesGen.State.txt",
        """
        Demo.Net: fc.bias -> Gaussian
        Demo.Net: fc.weight -> Gaussian
        Demo.Net: head.bias -> Deterministic
        Demo.Net: head.weight -> Deterministic

        """);

    [Fact]
    public Task ReplacesAPrefixWithTheKeys() => CodeFixAssert.FixesState<StateSchemaCodeFix>(
        Network("[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);"),
        "Demo.Net: fc.* -> Gaussian\n",
        "List 'fc' in BayesGen.State.txt",
        "Demo.Net: fc.bias -> Gaussian\nDemo.Net: fc.weight -> Gaussian\n");

    [Fact]
    public Task RemovesKeysThatAreGone() => CodeFixAssert.FixesState<StateSchemaCodeFix>(
        Network("[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);"),
        Listed + "Demo.Net: norm.* -> Deterministic\n",
        "Give the old keys of 'norm' up in BayesGen.State.txt",
        Listed);

    [Fact]
    public Task ReplacesTheFamilyOfAKey() => CodeFixAssert.FixesState<StateSchemaCodeFix>(
        Network("[Bayesian(LogUniform)] private readonly Linear fc = Linear(1, 1, hasBias: false);"),
        Listed,
        "Give the old keys of 'fc' up in BayesGen.State.txt",
        "# What saved files hold.\nDemo.Net: fc.weight -> LogUniform\n\n# The next network.\n");

    [Fact]
    public Task RemovesTheLinesOfARemovedClass() => CodeFixAssert.FixesState<StateSchemaCodeFix>(
        Network("[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);"),
        "Demo.Former: a -> Gaussian\nDemo.Former: b -> Gaussian\n" + Listed,
        "Give the old keys of 'Demo.Former' up in BayesGen.State.txt",
        Listed);

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Demo.Net: fc.bias -> Gaussian")]
    public Task RemovesALineThatIsNotAnEntry(string line) => CodeFixAssert.FixesState<StateSchemaCodeFix>(
        Network("[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);"), $"{Listed}{line}\n", "Remove the line", Listed);

    private static string Network(string members) => $$"""
        namespace Demo;

        [BayesianNetwork]
        public sealed class Net : Module<Tensor, Tensor>
        {
            {{members}}
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
