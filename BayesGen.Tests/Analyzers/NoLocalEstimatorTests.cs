using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0007.</summary>
public sealed class NoLocalEstimatorTests
{
    [Fact]
    public Task ReportsAFamilyThatIsNotGaussian() => AnalyzerAssert.Reports(
        Network("[[|BG0007:Bayesian(LogUniform, Estimator = Estimator.Local)|]] private readonly Linear fc = Linear(1, 1);"),
        "Estimator.Local cannot be used for 'fc': the LogUniformPosterior is not Gaussian; use the Gaussian, SparseDropout, GroupArd, GroupLogUniform or GroupHorseshoe family, or Estimator.WeightSampling");

    [Theory]
    [InlineData("LSTM", "LSTM(2, 2)")]
    [InlineData("Embedding", "Embedding(2, 2)")]
    [InlineData("ConvTranspose2d", "ConvTranspose2d(1, 1, 1)")]
    [InlineData("BatchNorm1d", "BatchNorm1d(2)")]
    public Task ReportsALayerWhoseOutputsAreNotGaussian(string type, string made) => AnalyzerAssert.Reports(
        Network($"[Bayesian(Gaussian, Estimator = Estimator.Local)] private readonly {type} [|BG0007:layer|] = {made};"),
        $"Estimator.Local cannot be used for 'layer': the outputs of {type} are not Gaussian; annotate it with Estimator.WeightSampling, or [Deterministic]");

    [Fact]
    public Task ReportsTheLayerUnderAnAnnotationOfTheClass() => AnalyzerAssert.Reports(
        "[Bayesian(SparseDropout, Estimator = Estimator.Local)] "
        + Network("private readonly Linear fc = Linear(1, 1); private readonly GRU [|BG0007:gru|] = GRU(2, 2); private readonly BatchNorm1d norm = BatchNorm1d(2);"),
        "Estimator.Local cannot be used for 'gru': the outputs of GRU are not Gaussian; annotate it with Estimator.WeightSampling, or [Deterministic]");

    [Theory]
    [InlineData("[Bayesian(Gaussian, Estimator = Estimator.Local)] private readonly Linear fc = Linear(1, 1);")]
    [InlineData("[Bayesian(SparseDropout, Estimator = Estimator.Local)] private readonly Conv3d conv = Conv3d(1, 1, 1);")]
    [InlineData("[Bayesian(LogUniform, Estimator = Estimator.WeightSampling)] private readonly LSTM lstm = LSTM(2, 2);")]
    [InlineData("[Bayesian(Gaussian, Estimator = Estimator.Local)] private readonly Sequential body = Sequential(Linear(1, 1));")]
    public Task AcceptsLinearAndConvolutionLayers(string member) => AnalyzerAssert.Reports(Network(member));

    /// <summary>A family of units says by SupportsLocal whether its outputs are Gaussian, as any other.</summary>
    [Fact]
    public Task ReportsALayerUnderAFamilyOfUnits() => AnalyzerAssert.Reports(
        Network(
            "[Bayesian(GroupArd, Estimator = Estimator.Local)] private readonly Conv2d conv = Conv2d(1, 1, 1);"
            + "[Bayesian(GroupArd, Estimator = Estimator.Local)] private readonly GRU [|BG0007:gru|] = GRU(2, 2);"),
        "Estimator.Local cannot be used for 'gru': the outputs of GRU are not Gaussian; annotate it with Estimator.WeightSampling, or "
        + "[Deterministic]");

    private static string Network(string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
