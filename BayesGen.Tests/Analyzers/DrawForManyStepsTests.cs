using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0210.</summary>
public sealed class DrawForManyStepsTests
{
    private const string Total = "loss.Aggregate([model.call(a).sum()], [loss.Divergence(draw)], 1.0, 100).Total";
    private const string Loop = "foreach (var (a, b) in batches)";

    [Fact]
    public Task ReportsADrawBeforeTheLoop() => AnalyzerAssert.Reports(
        HandStep.In($$"""
            using var draw = model.Draw();
            {{Loop}}
            {
                optimizer.zero_grad();
                [|BG0210:draw.Backward({{Total}})|];
                optimizer.step();
            }
            """),
        "'draw' is drawn once, before this loop, and each step() changes the posterior that it was drawn from: draw inside of the loop");

    [Theory]
    [InlineData("using var adam = optim.Adam(model.parameters()); using (var draw = model.Draw()) " + Loop + " { [|BG0210:draw.Backward("
        + Total + ")|]; adam.step(); }")]
    [InlineData("for (var i = 0; i < 3; i++) { using var draw = model.Draw(); " + Loop + " { [|BG0210:draw.Backward(" + Total
        + ")|]; optimizer.step(); } }")]
    [InlineData("using var draw = model.Draw(); for (var i = 0; i < 3; i++) { " + Loop + " [|BG0210:draw.Backward(" + Total
        + ")|]; optimizer.step(); }")]
    public Task ReportsEveryKindOfLoop(string body) => AnalyzerAssert.Reports(HandStep.In(body));

    [Theory]
    [InlineData(Loop + " { using var draw = model.Draw(); draw.Backward(" + Total + "); optimizer.step(); }")]
    [InlineData("using var draw = model.Draw(); " + Loop + " draw.Backward(" + Total + "); optimizer.step();")]
    [InlineData("using var draw = model.Draw(); var i = 0; " + Loop + " { draw.Backward(" + Total
        + "); if (++i == batches.Count) optimizer.step(); }")]
    [InlineData("using var draw = model.Draw(); " + Loop + " { draw.Backward(" + Total + "); optimizer.step(); break; }")]
    [InlineData(
        "var draw = model.Draw(); " + Loop + " { draw.Backward(" + Total + "); optimizer.step(); draw.Dispose(); draw = model.Draw(); }")]
    [InlineData("using var sgd = optim.SGD(plain.parameters(), 0.1); using var draw = model.Draw(); " + Loop + " { draw.Backward(" + Total
        + "); sgd.step(); }")]
    [InlineData("using var draw = model.Draw(); " + Loop + " { draw.Backward(" + Total + "); Action later = () => optimizer.step(); }")]
    public Task AcceptsADrawForEachStep(string body) => AnalyzerAssert.Reports(HandStep.In(body));
}
