using BayesGen.CodeFixes;
using BayesGen.Tests.Analyzers;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fix of BG0212.</summary>
public sealed class OlderOptimizerCodeFixTests
{
    private const string Title = "Make 'adam' after the move";
    private const string Adam = "using var adam = optim.Adam(model.parameters());";

    [Theory]
    [InlineData(Adam + " model.to(CUDA); adam.step();", "model.to(CUDA); " + Adam + " adam.step();")]
    [InlineData(
        Adam + " var device = CUDA; model.to(device); x = x.to(device); adam.step();",
        "var device = CUDA; model.to(device); " + Adam + " x = x.to(device); adam.step();")]
    [InlineData(
        "x.sum();\n        " + Adam + "\n        model.to(CUDA);\n        adam.step();",
        "x.sum();\n        model.to(CUDA);\n        " + Adam + "\n        adam.step();")]
    public Task TheOptimizerIsMadeAfterTheMove(string before, string after) =>
        CodeFixAssert.Fixes<OlderOptimizerCodeFix>(HandStep.In(before), Title, HandStep.In(after));

    [Theory]
    [InlineData(Adam + " adam.step(); model.to(CUDA); adam.step();")]
    [InlineData("optim.Optimizer adam; adam = optim.Adam(model.parameters()); model.to(CUDA); adam.step();")]
    [InlineData(Adam + " if (x.numel() > 1) { model.to(CUDA); adam.step(); }")]
    public Task NothingIsOfferedWhereMoreThanTheDeclarationHasToMove(string body) =>
        CodeFixAssert.Offers<OlderOptimizerCodeFix>(HandStep.In(body));
}
