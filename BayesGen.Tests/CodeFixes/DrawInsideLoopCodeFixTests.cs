using BayesGen.CodeFixes;
using BayesGen.Tests.Analyzers;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fix of BG0210.</summary>
public sealed class DrawInsideLoopCodeFixTests
{
    private const string Title = "Draw 'draw' inside of the loop";
    private const string Draw = "using var draw = model.Draw();";
    private const string Loop = "foreach (var (a, b) in batches)";
    private const string Step = "draw.Backward(loss.Aggregate([model.call(a).sum()], [loss.Divergence(draw)], 1.0, 100).Total);";

    [Fact]
    public Task TheDeclarationBecomesTheFirstStatementOfTheLoop() => CodeFixAssert.Fixes<DrawInsideLoopCodeFix>(
        HandStep.In($$"""
            optimizer.zero_grad();
                    {{Draw}}
                    {{Loop}}
                    {
                        {{Step}}
                        optimizer.step();
                    }
            """),
        Title,
        HandStep.In($$"""
            optimizer.zero_grad();
                    {{Loop}}
                    {
                        {{Draw}}
                        {{Step}}
                        optimizer.step();
                    }
            """));

    [Fact]
    public Task ALoopOnOneLineStaysOnOne() => CodeFixAssert.Fixes<DrawInsideLoopCodeFix>(
        HandStep.In($$"""{{Draw}} {{Loop}} { {{Step}} optimizer.step(); }"""),
        Title,
        HandStep.In($$"""{{Loop}} { {{Draw}} {{Step}} optimizer.step(); }"""));

    [Theory]
    [InlineData("var draw = model.Draw(); " + Loop + " { " + Step + " optimizer.step(); }")]
    [InlineData("using (var draw = model.Draw()) " + Loop + " { " + Step + " optimizer.step(); }")]
    [InlineData(Draw + " Penalty(draw); " + Loop + " { " + Step + " optimizer.step(); }")]
    [InlineData(Draw + " while (Penalty(draw).item<float>() > 0) { "
        + "draw.Backward(model.call(x).sum() + loss.Divergence(draw)); optimizer.step(); }")]
    [InlineData("/* why */ " + Draw + " " + Loop + " { " + Step + " optimizer.step(); }")]
    public Task NothingIsOfferedWhereMoreThanTheDeclarationHasToMove(string body) =>
        CodeFixAssert.Offers<DrawInsideLoopCodeFix>(HandStep.In(body));
}
