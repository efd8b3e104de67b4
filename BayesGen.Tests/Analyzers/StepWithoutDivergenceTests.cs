using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0213.</summary>
public sealed class StepWithoutDivergenceTests
{
    private const string Draw = "using var draw = model.Draw(); ";
    private const string Fit = "nn.functional.cross_entropy(model.call(x), y)";

    [Fact]
    public Task ReportsABackwardOnTheFitAlone() => AnalyzerAssert.Reports(
        HandStep.In(Draw + $"var fit = {Fit}; optimizer.zero_grad(); draw.Backward([|BG0213:fit|]); optimizer.step();"),
        "This is a fit alone, so nothing holds the posterior open and it narrows to one point: add the divergence, by "
        + "loss.Aggregate([fit], [loss.Divergence(draw)], beta, examples).Total");

    [Theory]
    [InlineData(Draw + "draw.Backward([|BG0213:" + Fit + "|]); optimizer.step();")]
    [InlineData(Draw + "draw.Backward([|BG0213:nn.functional.mse_loss(model.call(x).squeeze(1), y) * 0.5|]); optimizer.step();")]
    [InlineData(Draw + "draw.Backward([|BG0213:FitLoss.CrossEntropy.Mean(model.call(x), y)|]); optimizer.step();")]
    [InlineData("var entropy = CrossEntropyLoss(); " + Draw
        + "var output = model.call(x); draw.Backward([|BG0213:entropy.call(output, y)|]); optimizer.step();")]
    public Task ReportsEveryWayToLeaveOutTheDivergence(string body) => AnalyzerAssert.Reports(HandStep.In(body));

    [Theory]
    [InlineData(Draw + "draw.Backward(loss.Aggregate([" + Fit + "], [loss.Divergence(draw)], 1, 100).Total); optimizer.step();")]
    [InlineData(Draw + "draw.Backward(" + Fit + " + loss.Divergence(draw) / 100); optimizer.step();")]
    [InlineData(Draw + "draw.Backward(" + Fit + "); draw.Backward(loss.Divergence(draw) / 100); optimizer.step();")]
    [InlineData(Draw + "var total = " + Fit + "; total += Penalty(draw); draw.Backward(total); optimizer.step();")]
    [InlineData(Draw + "draw.Backward(" + Fit + " + y); optimizer.step();")]
    [InlineData(Draw + "draw.Backward(Plain(" + Fit + ")); optimizer.step();")]
    [InlineData(Draw + "draw.Backward(" + Fit + ");")]
    [InlineData(Draw + "draw.Backward(" + Fit + "); draw.Backward(Penalty(draw)); optimizer.step();")]
    [InlineData(Draw + "var total = y; draw.Backward(total); optimizer.step();")]
    public Task AcceptsTotalsThatHaveOrMayHaveADivergence(string body) => AnalyzerAssert.Reports(HandStep.In(body));
}
