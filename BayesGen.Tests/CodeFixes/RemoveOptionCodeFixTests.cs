using BayesGen.CodeFixes;
using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fixes of BG0003, BG0007, BG0013, BG0014 and BG0102.</summary>
public sealed class RemoveOptionCodeFixTests
{
    [Theory]
    [InlineData("LogUniform, Estimator = Estimator.Local", "Linear fc = Linear(1, 1)", "Estimator", "LogUniform")]
    [InlineData(
        "Gaussian, Estimator = Estimator.Local, IncludeBias = false", "LSTM fc = LSTM(1, 1)", "Estimator", "Gaussian, IncludeBias = false")]
    [InlineData(
        "LogUniform, IncludeBias = false, PriorScale = 2", "Linear fc = Linear(1, 1)", "PriorScale", "LogUniform, IncludeBias = false")]
    [InlineData("Gaussian, Groups = UnitAxis.Outputs", "Linear fc = Linear(1, 1)", "Groups", "Gaussian")]
    [InlineData(
        "typeof(HalvesPosterior), IncludeBias = true", "Linear fc = Linear(1, 1)", "IncludeBias", "typeof(HalvesPosterior)")]
    [InlineData(
        "typeof(HalvesPosterior), Groups = UnitAxis.Outputs", "LSTM fc = LSTM(1, 1)", "Groups", "typeof(HalvesPosterior)")]
    [InlineData("Gaussian, PriorScale = -1", "Linear fc = Linear(1, 1)", "PriorScale", "Gaussian")]
    [InlineData("Gaussian, Prior = typeof(string)", "Linear fc = Linear(1, 1)", "Prior", "Gaussian")]
    [InlineData("Gaussian, Prior = typeof(LogUniformPrior)", "Linear fc = Linear(1, 1)", "Prior", "Gaussian")]
    public Task RemovesTheOption(string before, string field, string option, string after) => CodeFixAssert.Fixes<RemoveOptionCodeFix>(
        Network($"[Bayesian({before})] private readonly {field};"), $"Remove {option}",
        Network($"[Bayesian({after})] private readonly {field};"));

    [Fact]
    public Task AnnotatesALayerUnderTheAnnotationOfItsClass() => CodeFixAssert.Fixes<RemoveOptionCodeFix>(
        "[Bayesian(Gaussian, Estimator = Estimator.Local)]\n" + Network("// why\n    private readonly LSTM lstm = LSTM(1, 1);"),
        "Give the layer an annotation without Estimator",
        "[Bayesian(Gaussian, Estimator = Estimator.Local)]\n"
            + Network("// why\n    [Bayesian(Gaussian)]\n    private readonly LSTM lstm = LSTM(1, 1);"));

    [Fact]
    public Task AnnotatesALayerWithoutTheAxisOfItsClass() => CodeFixAssert.Fixes<RemoveOptionCodeFix>(
        "[Bayesian(typeof(HalvesPosterior), Groups = UnitAxis.Outputs)]\n" + Network("private readonly GRU gru = GRU(1, 1);"),
        "Give the layer an annotation without Groups",
        "[Bayesian(typeof(HalvesPosterior), Groups = UnitAxis.Outputs)]\n"
            + Network("[Bayesian(typeof(HalvesPosterior))]\n    private readonly GRU gru = GRU(1, 1);"));

    [Fact]
    public Task FixesAllOptions() => CodeFixAssert.FixesAll<RemoveOptionCodeFix>(
        Network("""
            [Bayesian(LogUniform, Estimator = Estimator.Local)] private readonly Linear a = Linear(1, 1);
            [Bayesian(Gaussian, Estimator = Estimator.Local)] private readonly LSTM b = LSTM(1, 1);
            """),
        "Remove Estimator",
        Network("""
            [Bayesian(LogUniform)] private readonly Linear a = Linear(1, 1);
            [Bayesian(Gaussian)] private readonly LSTM b = LSTM(1, 1);
            """));

    [Fact]
    public Task OffersNothingForAnInvalidFamily() => CodeFixAssert.Offers<RemoveOptionCodeFix>(
        Network("[Bayesian(typeof(string))] private readonly Linear fc = Linear(1, 1);"));

    private static string Network(string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }

        """ + TestSources.UnitFamily;
}
