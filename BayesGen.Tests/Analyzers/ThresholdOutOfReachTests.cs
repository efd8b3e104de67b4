using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0208.</summary>
public sealed class ThresholdOutOfReachTests
{
    [Theory]
    [InlineData("sparse.Prune([|BG0208:8.5|]);", "between -8 and 8, so the threshold 8.5 prunes every one of them")]
    [InlineData("sparse.Prune([|BG0208:-8|]);", "between -8 and 8, so the threshold -8 prunes none")]
    [InlineData("sparse.Prune(new() { [SparseDropout] = [|BG0208:-100|] });", "between -8 and 8, so the threshold -100 prunes none")]
    [InlineData("sparse.Prune(new() { [\"fc.weight\"] = [|BG0208:9|] });", "between -8 and 8, so the threshold 9 prunes every one of them")]
    [InlineData("sparse.CreateTrainer(new TrainerOptions { Threshold = [|BG0208:10.0|] });",
        "between -8 and 8, so the threshold 10 prunes every one of them")]
    [InlineData("[|BG0208:sparse.Prune(All)|];", "between -8 and 8, so the threshold 12 prunes every one of them")]
    public Task ReportsAThresholdBeyondAClampedScore(string body, string message) =>
        AnalyzerAssert.Reports(Using(body), $"The scores of SparseDropout weights lie {message}");

    [Theory]
    [InlineData("mixed.Prune(new() { [LogUniform] = [|BG0208:double.PositiveInfinity|], [Gaussian] = 0.0 });", "LogUniform",
        "Infinity prunes every one of them")]
    [InlineData(
        "mixed.Prune(new() { [LogUniform] = 0.0, [Gaussian] = [|BG0208:double.NegativeInfinity|] });", "Gaussian", "-Infinity prunes none")]
    public Task ReportsAnInfiniteThreshold(string body, string family, string message) => AnalyzerAssert.Reports(
        Using(body), $"The scores of {family} weights lie between -Infinity and Infinity, so the threshold {message}");

    [Fact]
    public Task AcceptsAnyFiniteThresholdOnTotalNoise() => AnalyzerAssert.Reports(Using("""
        sparse.Prune(new() { Score = PruningScore.TotalNoise, [SparseDropout] = 9.0 });
        sparse.Prune(new() { Score = own, [SparseDropout] = 9.0 });
        sparse.Prune(new() { Score = PruningScore.TotalNoise, [SparseDropout] = [|BG0208:double.PositiveInfinity|] });
        sparse.Prune(new() { Score = PruningScore.Family, [SparseDropout] = [|BG0208:9.0|] });
        """));

    [Theory]
    [InlineData("sparse.Prune(-3.0);")]
    [InlineData("sparse.Prune(8.0);")]
    [InlineData("sparse.Prune(-7.9);")]
    [InlineData("sparse.Prune(level);")]
    [InlineData("mixed.Prune(new() { [LogUniform] = 20.0, [Gaussian] = -20.0 });")]
    public Task AcceptsAThresholdWithinReach(string body) => AnalyzerAssert.Reports(Using(body));

    private static string Using(string body) => $$"""
        public sealed class Sparse : Module<Tensor, Tensor>
        {
            [Bayesian(SparseDropout)] private readonly Linear fc = Linear(4, 3, hasBias: true);
            public Sparse() : base("Sparse") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(x);
        }

        public sealed class Mixed : Module<Tensor, Tensor>
        {
            [Bayesian(LogUniform)] private readonly Linear a = Linear(4, 3);
            [Bayesian(Gaussian)] private readonly Linear b = Linear(4, 3);
            public Mixed() : base("Mixed") => RegisterComponents();
            public override Tensor forward(Tensor x) => a.call(b.call(x));
        }

        public static class User
        {
            private static readonly Thresholds All = 12.0;

            public static void Use(BayesianSparse sparse, BayesianMixed mixed, double level, PruningScore own)
            {
                {{body}}
            }
        }
        """;
}
