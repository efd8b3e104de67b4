namespace BayesGen.Tests;

/// <summary>A product of which one factor is a plain number: it takes no noise, and its gradient is that of the graph.</summary>
public class NoiselessFactorTests
{
    private const double Tolerance = 1e-12;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void AStepByKernelsIsAStepByTheGraph(int draws)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        using var model = new BayesianTwoMeanings(new TwoMeanings());
        model.to(ScalarType.Float64);
        var family = model.Arena.Families.Single(arena => arena.Family.Name == "PlainTimesUnits");
        Assert.IsType<ProductArenaKernel>(family.Kernel);
        var x = new NoiseSource(3).Normal(zeros([5, 3], dtype: ScalarType.Float64));
        var byKernel = Steps();
        family.DrawByGraph();
        var byGraph = Steps();
        Assert.All(byGraph.Zip(byKernel), pair => Assert.True(allclose(pair.First, pair.Second, Tolerance, Tolerance)));
        Assert.All(byKernel, number => Assert.NotEqual(0, number.abs().max().item<double>()));

        List<Tensor> Steps()
        {
            model.Arena.ZeroGradients(setToNone: true);
            model.Arena.Noise.Reseed(9, 0);
            var drawn = new List<Tensor>();
            for (var i = 0; i < draws; i++)
            {
                using var draw = model.Draw();
                var kl = new ElboLoss().Divergence(draw);
                draw.Backward(model.call(x).square().mean() + kl * 0.1);
                drawn.AddRange([family.Store.Weights.clone(), kl.detach()]);
            }

            // One call for the Gaussian family and one for the units of each weight here: a plain factor asks for none.
            Assert.Equal(3 * draws, model.Arena.Noise.Calls);
            return [.. drawn, .. family.Flat.Select(flat => flat.grad!.clone())];
        }
    }
}
