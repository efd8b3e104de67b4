using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0212.</summary>
public sealed class OptimizerBeforeMoveTests
{
    private const string Adam = "var adam = optim.Adam(model.parameters()); ";

    [Fact]
    public Task ReportsAnOptimizerMadeBeforeTheMove() => AnalyzerAssert.Reports(
        HandStep.In(Adam + "[|BG0212:model.to(CUDA)|]; for (var i = 0; i < 3; i++) adam.step();"),
        "'adam' was made of the parameters that 'model' had before this to(), which puts new ones in their place: make the optimizer after it");

    [Theory]
    [InlineData(Adam + "[|BG0212:model.cuda()|]; adam.step();")]
    [InlineData(Adam + "[|BG0212:model.to(ScalarType.Float64)|]; adam.step();")]
    [InlineData(Adam + "var device = cuda.is_available() ? CUDA : CPU; [|BG0212:model.to(device)|]; if (x.numel() > 1) adam.step();")]
    public Task ReportsEveryKindOfMove(string body) => AnalyzerAssert.Reports(HandStep.In(body));

    [Theory]
    [InlineData("model.to(CUDA); " + Adam + "adam.step();")]
    [InlineData(Adam + "adam.step(); model.to(CPU);")]
    [InlineData(Adam + "model.to(CUDA); adam = optim.Adam(model.parameters()); adam.step();")]
    [InlineData(Adam + "model.to(CUDA); optimizer.step();")]
    [InlineData(Adam + "plain.to(CUDA); adam.step();")]
    [InlineData(Adam + "x.to(CUDA); adam.step();")]
    [InlineData("using var adam = optim.Adam(plain.parameters()); model.to(CUDA); adam.step();")]
    [InlineData(Adam + "if (x.numel() > 1) { model.to(CUDA); return; } adam.step();")]
    [InlineData(Adam + "model = new BayesianClassifier(new Classifier()); model.to(CUDA); adam.step();")]
    public Task AcceptsAnOptimizerMadeAfterTheMove(string body) => AnalyzerAssert.Reports(HandStep.In(body));
}
