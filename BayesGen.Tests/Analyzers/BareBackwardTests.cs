using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0200.</summary>
public sealed class BareBackwardTests
{
    [Fact]
    public Task ReportsBackwardOnATotalUnderADraw() => AnalyzerAssert.Reports(
        Step("""
            using var draw = model.Draw();
            var fit = nn.functional.cross_entropy(model.call(x), y);
            var terms = loss.Aggregate([fit], [loss.Divergence(draw)], 1.0, 100);
            [|BG0200:terms.Total.backward()|];
            """),
        "This backward() stops at the drawn weights and never reaches the posterior: write draw.Backward(terms.Total)");

    [Theory]
    [InlineData("using var draw = model.Draw(); [|BG0200:model.call(x).sum().backward()|];")]
    [InlineData("using var draw = model.Draw(); [|BG0200:model.forward(x).sum().backward()|];")]
    [InlineData("using (var draw = model.Draw()) { var a = model.call(x); var b = (a - y).square(); [|BG0200:b.mean().backward()|]; }")]
    [InlineData("using var draw = model.Draw(); Tensor total = zeros(1); total += loss.Divergence(draw); [|BG0200:total.backward()|];")]
    [InlineData(
        "using var draw = model.Draw(); Tensor total = zeros(1); if (y.numel() > 1) total = model.call(x); [|BG0200:total.backward()|];")]
    [InlineData("using var draw = model.Draw(); var (a, b) = (model.call(x).sum(), 1); [|BG0200:a.backward()|];")]
    [InlineData("using var draw = model.Draw(); var fits = new System.Collections.Generic.List<Tensor>(); fits.Add(model.call(x).sum()); foreach (var fit in fits) [|BG0200:fit.backward()|];")]
    [InlineData("using var draw = model.Draw(); var total = model.call(x).sum(); total?[|BG0200:.backward()|];")]
    [InlineData("using var draw = model.Draw(); [|BG0200:autograd.backward([model.call(x).sum()])|];")]
    [InlineData("using var draw = model.Draw(); for (var i = 0; i < 2; i++) { using (no_grad()) model.call(x); [|BG0200:model.call(x).sum().backward()|]; }")]
    [InlineData("foreach (var (a, b) in new[] { (x, y) }) { using var draw = model.Draw(); var fit = (model.call(a) - b).sum(); [|BG0200:fit.backward()|]; }")]
    [InlineData("Action step = () => { using var draw = model.Draw(); [|BG0200:model.call(x).sum().backward()|]; }; step();")]
    [InlineData("using var draw = model.Draw(); Step(); void Step() { var fit = model.call(x).sum(); [|BG0200:fit.backward()|]; }")]
    [InlineData(
        "using var draw = model.Draw(); var fits = new Tensor[2]; fits[0] = model.call(x); [|BG0200:stack(fits).sum().backward()|];")]
    [InlineData("using var draw = model.Draw(); var fit = y.numel() > 1 ? model.call(x).sum() : zeros(1); [|BG0200:fit.backward()|];")]
    public Task ReportsEveryWayAValueComesFromADraw(string body) => AnalyzerAssert.Reports(Step(body));

    [Fact]
    public Task ReportsADrawWithoutAName() => AnalyzerAssert.Reports(
        Step("using (model.Draw()) [|BG0200:model.call(x).sum().backward()|];"),
        "This backward() stops at the drawn weights and never reaches the posterior: give the draw a name, "
        + "using var draw = model.Draw(), and write draw.Backward(...)");

    [Fact]
    public Task ReportsTermsThatAnotherMethodMade() => AnalyzerAssert.Reports("""
        public static class User
        {
            public static void Step(WeightDraw draw, LossTerms terms) => [|BG0200:terms.Total.backward()|];
            public static void Plain(LossTerms terms) => terms.Total.backward();
        }
        """);

    [Theory]
    [InlineData("using var draw = model.Draw(); draw.Backward(model.call(x).sum());")]
    [InlineData("using var draw = model.Draw(); plain.call(x).sum().backward();")]
    [InlineData("using var draw = model.Draw(); var teacher = model.call(x).detach(); (plain.call(x) - teacher).sum().backward();")]
    [InlineData("using var draw = model.Draw(); Tensor teacher; using (no_grad()) teacher = model.call(x); (plain.call(x) - teacher).sum().backward();")]
    [InlineData(
        "using var draw = model.Draw(); using var _ = no_grad(); var teacher = model.call(x); (plain.call(x) - teacher).sum().backward();")]
    [InlineData("using var draw = model.Draw(); var scale = model.call(x).mean().item<float>(); (plain.call(x) * scale).sum().backward();")]
    [InlineData("using var draw = model.Draw(); var total = model.call(x).sum(); draw.Backward(total); total = plain.call(x).sum(); total.backward();")]
    [InlineData("using var draw = model.Draw(); var input = x.requires_grad_(); model.call(input).sum().backward(inputs: [input]);")]
    [InlineData("using var draw = model.Draw(); loss.Aggregate([x.sum()], [y.sum()], 1.0).Total.backward();")]
    [InlineData("using (var draw = model.Draw()) draw.Backward(model.call(x).sum()); plain.call(x).sum().backward();")]
    [InlineData("plain.call(x).sum().backward();")]
    [InlineData(
        "using var other = new BayesianClassifier(new Demo.Classifier()); using var draw = other.Draw(); model.call(x).sum().backward();")]
    [InlineData("var fit = plain.call(x).sum(); using var draw = model.Draw(); draw.Backward(model.call(x).sum()); fit.backward();")]
    [InlineData("using var draw = model.Draw(); foreach (var part in new[] { plain.call(x) }) part.sum().backward();")]
    [InlineData("using var draw = model.Draw(); var shape = model.call(x).shape; plain.call(x).reshape(shape).sum().backward();")]
    [InlineData("using var draw = model.Draw(); var mask = model.call(x) > 0; (plain.call(x) * mask).sum().backward();")]
    [InlineData("using var draw = model.Draw(); var labels = model.call(x).argmax(1); nn.functional.cross_entropy(plain.call(x), labels).backward();")]
    public Task AcceptsBackwardOnWhatNoDrawMade(string body) => AnalyzerAssert.Reports(Step(body));

    private static string Step(string body) => TestSources.Classifier + $$"""

        public static class User
        {
            public static void Step(BayesianClassifier model, ElboLoss loss, Module<Tensor, Tensor> plain, Tensor x, Tensor y)
            {
                {{body}}
            }
        }
        """;
}
