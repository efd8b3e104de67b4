using BayesGen.CodeFixes;
using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.CodeFixes;

/// <summary>The fix of BG0200.</summary>
public sealed class DrawBackwardCodeFixTests
{
    private const string Title = "Use draw.Backward";

    [Theory]
    [InlineData("var total = model.call(x).sum(); total.backward();", "var total = model.call(x).sum(); draw.Backward(total);")]
    [InlineData("(model.call(x) + x).sum().backward(); // why", "draw.Backward((model.call(x) + x).sum()); // why")]
    [InlineData("(model.call(x) + x).backward();", "draw.Backward(model.call(x) + x);")]
    public Task ReplacesBackwardWithDrawBackward(string before, string after) =>
        CodeFixAssert.Fixes<DrawBackwardCodeFix>(
            Step("using var draw = model.Draw(); " + before), Title, Step("using var draw = model.Draw(); " + after));

    [Fact]
    public Task FixesAllBackwards() => CodeFixAssert.FixesAll<DrawBackwardCodeFix>(
        Step("""
            using (var draw = model.Draw())
                model.call(x).sum().backward();
            using (var draw = model.Draw())
            {
                var total = model.call(x).mean();
                total.backward();
            }
            """),
        Title,
        Step("""
            using (var draw = model.Draw())
                draw.Backward(model.call(x).sum());
            using (var draw = model.Draw())
            {
                var total = model.call(x).mean();
                draw.Backward(total);
            }
            """));

    [Theory]
    [InlineData("using (model.Draw()) model.call(x).sum().backward();")]
    [InlineData("using var draw = model.Draw(); model.call(x).sum().backward(retain_graph: true);")]
    [InlineData("using var draw = model.Draw(); autograd.backward([model.call(x).sum()]);")]
    public Task OffersNothingWhereMoreThanTheCallHasToChange(string body) => CodeFixAssert.Offers<DrawBackwardCodeFix>(Step(body));

    private static string Step(string body) => TestSources.Classifier + $$"""

        public static class User
        {
            public static void Step(BayesianClassifier model, Tensor x)
            {
                {{body.Replace("\n", "\n        ")}}
            }
        }
        """;
}
