using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0209.</summary>
public sealed class StepWithoutDrawTests
{
    [Fact]
    public Task ReportsATrainingLoopWithoutADraw() => AnalyzerAssert.Reports(
        HandStep.In("""
            using var adam = optim.Adam(model.parameters());
            foreach (var (a, b) in batches)
            {
                adam.zero_grad();
                var fit = nn.functional.cross_entropy(model.call(a), b);
                [|BG0209:fit.backward()|];
                adam.step();
            }
            """),
        "This backward() never reaches the posterior of 'model', which computes with its mean here, so step() moves no Bayesian weight: write using "
        + "var draw = model.Draw() before the forward pass, and draw.Backward(...)");

    [Theory]
    [InlineData("[|BG0209:model.call(x).sum().backward()|]; optimizer.step();")]
    [InlineData("var adam = optim.Adam(model.parameters()); var fit = (model.forward(x) - y).square().mean(); [|BG0209:fit.backward()|]; adam.step();")]
    [InlineData("Action step = () => { [|BG0209:model.call(x).sum().backward()|]; optimizer.step(); }; step();")]
    [InlineData("[|BG0209:plain.call(model.call(x)).mean().backward()|]; optimizer.step();")]
    [InlineData("[|BG0209:model.call(x).sum().backward()|]; if (y.numel() > 1) optimizer.step();")]
    public Task ReportsEveryStepWithoutADraw(string body) => AnalyzerAssert.Reports(HandStep.In(body));

    [Theory]
    [InlineData("model.call(x).sum().backward();")]
    [InlineData("plain.call(x).sum().backward(); optimizer.step();")]
    [InlineData("plain.call(model.call(x).detach()).sum().backward(); optimizer.step();")]
    [InlineData("using var adam = optim.Adam(plain.parameters()); plain.call(model.call(x)).sum().backward(); adam.step();")]
    [InlineData("x.requires_grad_(); model.call(x).sum().backward(); optimizer.step();")]
    [InlineData("x.requires_grad = true; model.call(x).sum().backward(); optimizer.step();")]
    [InlineData("var seen = ones(3, requires_grad: true); model.call(seen).sum().backward(); optimizer.step();")]
    [InlineData("var pixels = new Parameter(x); using var adam = optim.Adam([pixels]); model.call(pixels).sum().backward(); adam.step();")]
    [InlineData("var rates = optim.lr_scheduler.StepLR(optimizer, 1); model.call(x).sum().backward(); rates.step();")]
    [InlineData("Tensor teacher; using (no_grad()) teacher = model.call(x); (plain.call(x) - teacher).sum().backward(); optimizer.step();")]
    [InlineData("using var draw = model.Draw(); draw.Backward(loss.Aggregate([nn.functional.cross_entropy(model.call(x), y)], [loss.Divergence(draw)], 1, 100).Total); optimizer.step();")]
    [InlineData("optimizer.step(); model.call(x).sum().backward();")]
    public Task AcceptsStepsThatHaveOrMayHaveADraw(string body) => AnalyzerAssert.Reports(HandStep.In(body));
}
