namespace BayesGen.Tests;

/// <summary>Variational parameters with one number for each weight, for each unit and for the layer.</summary>
public partial class ParameterExtentTests
{
    private const double Tolerance = 1e-12;

    [Theory]
    [InlineData("words.weight", "6x1", "1x1")]
    [InlineData("conv.weight", "3x1x1x1", "1x1x1x1")]
    [InlineData("conv.bias", "3", "1")]
    [InlineData("hidden.weight", "1x42", "1x1")]
    [InlineData("hidden.bias", "1", "1")]
    public void AWindowGivesEachParameterInAShapeThatBroadcasts(string key, string ofUnits, string ofLayer)
    {
        using var scope = NewDisposeScope();
        using var model = Scaled.Started();
        var window = model.Arena.Posterior<ScaledPosterior>(key);
        var weight = model.Arena.Inventory.Keys.Find(key).Weight;
        Assert.Equal(weight.Shape, window.Shape);
        Assert.Equal(weight.Count, window.Count);
        Assert.Equal(
            [weight.Shape, weight.Shape, Shape(ofUnits), Shape(ofUnits), Shape(ofLayer), Shape(ofLayer)],
            window.Parameters.Select(parameter => parameter.shape));
        Assert.All(
            (Tensor[])[window.Sample(new NoiseSource(1)), window.Mean(), window.Variance(), window.Map()],
            number => Assert.Equal(weight.Shape, number.shape));
        Assert.True(allclose(weight.Parameter.to(ScalarType.Float64), window.Mean()));

        static long[] Shape(string text) => [.. text.Split('x').Select(long.Parse)];
    }

    [Fact]
    public void UnitsAreInputFeaturesWordsAndOutputChannels()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(new SliceLayout(5, 7, 1), Units(nn.Linear(7, 5), "weight"));
        Assert.Equal(new SliceLayout(1, 1, 5), Units(nn.Linear(7, 5), "bias"));
        Assert.Equal(new SliceLayout(1, 5, 21), Units(nn.Conv1d(7, 5, 3), "weight"));
        Assert.Equal(new SliceLayout(1, 6, 9), Units(nn.Conv2d(6, 6, 3, groups: 6), "weight"));
        Assert.Equal(new SliceLayout(1, 5, 1), Units(nn.Conv3d(7, 5, 3), "bias"));
        Assert.Equal(new SliceLayout(7, 5, 4), Units(nn.ConvTranspose2d(7, 5, 2), "weight"));
        Assert.Equal(new SliceLayout(1, 9, 4), Units(nn.Embedding(9, 4), "weight"));
        Assert.Equal(new SliceLayout(16, 3, 1), Units(nn.LSTM(3, 4), "weight_ih_l0"));
        Assert.Equal(new SliceLayout(1, 6, 1), Units(nn.LayerNorm(6), "weight"));
        Assert.Equal(new SliceLayout(1, 1, 1), WeightUnits.Along(null, []).Layout);

        static SliceLayout Units(nn.Module layer, string name) =>
            WeightUnits.Of(layer, NetworkWeight.IsBiasName(name), layer.get_parameter(name)!.shape).Layout;
    }

    [Fact]
    public void EveryKeyHasTheNumbersOfItsExtent()
    {
        using var scope = NewDisposeScope();
        using var model = Scaled.Started();
        var state = model.state_dict();
        Assert.Equal([5, 42], state["hidden.weight.mu"].shape);
        Assert.Equal([1, 42], state["hidden.weight.unit_mu"].shape);
        Assert.Equal([1, 1], state["hidden.weight.layer_log_sigma"].shape);
        Assert.Equal([5, 42], state["hidden.weight.mask"].shape);
        var hidden = model.Describe().Weights.Single(weight => weight.Key == "hidden.weight");
        Assert.Equal((2 * 210 + 2 * 42 + 2) * sizeof(double), hidden.PosteriorBytes);
        Assert.Equal(
            model.Arena.Families.Single().Flat.Sum(flat => flat.numel()) * sizeof(double), model.Describe().PosteriorBytes);
    }

    /// <summary>Draws, their pull-back and the divergence; where weights are pruned the divergence is left to autograd in both.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AStepByKernelsIsAStepByTheGraph(bool isPruned)
    {
        using var scope = NewDisposeScope();
        using var model = Spread();
        if (isPruned)
            Assert.InRange(model.Prune(2.0).PrunedPart, 0.1, 0.9);
        var family = model.Arena.Families.Single();
        Assert.IsType<ProductArenaKernel>(family.Kernel);
        var (drawn, gradients, divergence) = Step();
        family.DrawByGraph();
        var (drawnByGraph, gradientsByGraph, divergenceByGraph) = Step();
        RequireSame(drawnByGraph, drawn);
        Assert.Equal(divergenceByGraph, divergence, Math.Abs(divergence) * Tolerance);
        Assert.All(gradientsByGraph.Zip(gradients), pair => RequireSame(pair.First, pair.Second));
        Assert.All(gradients, gradient => Assert.NotEqual(0, gradient.abs().max().item<double>()));

        (Tensor Drawn, List<Tensor> Gradients, double Divergence) Step()
        {
            model.Arena.ZeroGradients(setToNone: true);
            using var draw = model.Draw(3);
            var kl = new ElboLoss().Divergence(draw);
            draw.Backward(model.call(Scaled.Sentences(3)).square().mean() + kl * 0.01);
            return (family.Store.Weights.clone(), [.. family.Flat.Select(flat => flat.grad!.clone())], kl.item<double>());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GradientsAreFiniteDifferences(bool isByGraph)
    {
        using var scope = NewDisposeScope();
        using var model = Spread();
        var family = model.Arena.Families.Single();
        if (isByGraph)
            family.DrawByGraph();
        var sentences = Scaled.Sentences(3);
        using (var draw = model.Draw(3))
            draw.Backward(Total(draw));
        const double Step = 1e-6;
        foreach (var (index, flat) in family.Flat.Index())
        {
            var gradient = flat.grad!;
            for (var at = 0L; at < flat.numel(); at += Math.Max(1, flat.numel() / 7))
            {
                var difference = (At(flat, at, Step) - At(flat, at, -Step)) / (2 * Step);
                var found = gradient[at].item<double>();
                Assert.True(
                    Math.Abs(found - difference) < 1e-7,
                    $"{family.Family.ParameterNames[index]}[{at}] has {found}, and {difference} is right.");
            }
        }

        Tensor Total(WeightDraw draw) => model.call(sentences).square().mean() + new ElboLoss().Divergence(draw) * 0.01;

        double At(Tensor flat, long at, double step)
        {
            using var _ = no_grad();
            flat[at] += step;
            using var draw = model.Draw(3);
            var total = Total(draw).item<double>();
            flat[at] -= step;
            return total;
        }
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public void ManyDrawsHaveTheMomentsOfTheFamily()
    {
        using var scope = NewDisposeScope();
        using var model = Spread();
        var family = model.Arena.Families.Single();
        const int Draws = 20_000;
        var (sum, squares) = (zeros_like(family.Store.Weights), zeros_like(family.Store.Weights));
        var noise = new NoiseSource(8);
        using (no_grad())
        {
            for (var i = 0; i < Draws; i++)
            {
                family.Kernel!.Draw(noise);
                sum.add_(family.Store.Weights);
                squares.addcmul_(family.Store.Weights, family.Store.Weights, 1);
            }

            var (mean, variance) = (sum / Draws, squares / Draws - (sum / Draws).square());
            var isFree = cat([.. family.Mask.Windows.Select(window => window.flatten())]);
            var (truth, spread) = (family.Posterior.Mean(), family.Posterior.Variance());
            var error = ((mean - truth).abs() / (spread / Draws).sqrt()).masked_select(isFree).max().item<double>();
            Assert.True(error < 5, $"A mean is {error} standard errors off.");
            var ratio = (variance / spread).masked_select(isFree);
            Assert.InRange(ratio.mean().item<double>(), 0.95, 1.05);
            Assert.InRange(ratio.min().item<double>(), 0.8, 1);
        }
    }

    /// <summary>All weights of a unit have its one scale, and all of a layer that of the layer.</summary>
    [Fact]
    public void WhatIsSharedIsDrawnOnce()
    {
        using var scope = NewDisposeScope();
        using var model = Scaled.Started();
        using (no_grad())
            foreach (var (name, window) in Windows(model))
            {
                window.Parameters[0].fill_(1);
                window.Parameters[1].fill_(-40);
                window.Parameters[3].fill_(name == "hidden.weight" ? 0 : -40);
            }

        using (no_grad())
        using (model.Draw(3))
        {
            var hidden = model.Network.get_parameter("hidden.weight")!;
            Assert.True(allclose(hidden, hidden[0].unsqueeze(0), rtol: 1e-14));
            Assert.True(hidden[0].std().item<double>() > 0.3);
            var output = model.Network.get_parameter("output.weight")!;
            Assert.True(allclose(output, output[0, 0], rtol: 1e-14));
            Assert.NotEqual(1, output[0, 0].item<double>(), 4);
        }
    }

    /// <summary>Once for each weight, unit and layer; a padding row is neither.</summary>
    [Fact]
    public void TheDivergenceCountsEveryNumberOnce()
    {
        using var scope = NewDisposeScope();
        using var model = Spread();
        Assert.Equal(Expected(model), Divergence(model), Math.Abs(Expected(model)) * Tolerance);
    }

    [Fact]
    public void TheDivergenceIsTheMeanLogRatioOfWhatIsDrawn()
    {
        using var scope = NewDisposeScope();
        using var model = Spread();
        var window = model.Arena.Posterior<ScaledPosterior>("output.weight");
        var noise = new NoiseSource(3);
        const int Draws = 200_000;
        double expected = 0, square = 0;
        foreach (var (factor, prior) in new[]
        {
            (window.Values, new GaussianPrior()), (window.Units, ScaledPosterior.UnitPrior), (window.Layer, ScaledPosterior.LayerPrior),
        })
        {
            var many = GaussianPosterior.Over(
                [.. factor.Parameters.Select(parameter => parameter.flatten().expand(Draws, -1).contiguous())]);
            var values = many.Sample(noise);
            var ratio = (many.LogProb(values) - prior.LogProb(values)).sum(1);
            expected += ratio.mean().item<double>();
            square += ratio.var().item<double>() / Draws;
        }

        foreach (var key in model.Arena.BayesianWeights.Select(weight => weight.Key).Where(key => key != "output.weight"))
            model.Freeze(key);
        Assert.InRange(Divergence(model), expected - 5 * Math.Sqrt(square), expected + 5 * Math.Sqrt(square));
    }
    private static BayesianScaled Spread()
    {
        var model = Scaled.Started();
        using var _ = no_grad();
        var noise = new NoiseSource(11);
        double[] scales = [0.5, 0.3, 0.4, 0.5, 0.2, 0.3];
        foreach (var (flat, scale) in model.Arena.Families.Single().Flat.Zip(scales))
            flat.add_(noise.Normal(flat) * scale);

        // A padding row of zeros stays one, whatever its scales are.
        model.Posterior.Words.Weight.Parameters[0][Scaled.Padding].zero_();
        model.Arena.AdoptState();
        return model;
    }

    private static IEnumerable<(string Key, ScaledPosterior Window)> Windows(BayesianScaled model) =>
        model.Arena.BayesianWeights.Select(weight => (weight.Key, model.Arena.Posterior<ScaledPosterior>(weight.Key)));

    private static double Divergence(BayesianScaled model)
    {
        using var draw = model.Draw(3);
        return new ElboLoss().Divergence(draw).item<double>();
    }

    /// <summary>The divergence number by number, in loops.</summary>
    private static double Expected(BayesianScaled model)
    {
        double sum = 0;
        foreach (var (key, window) in Windows(model))
        {
            var mask = model.state_dict()[key + ".mask"];
            sum += Kept(window.Values.KlTo(new GaussianPrior())!) + Kept(window.Units.KlTo(ScaledPosterior.UnitPrior)!)
                + Kept(window.Layer.KlTo(ScaledPosterior.LayerPrior)!);

            double Kept(Tensor terms)
            {
                var kept = (mask.to(ScalarType.Float64) + zeros_like(terms)).ne(0);
                var numbers = terms.expand(mask.shape).flatten();
                var places = arange(terms.numel()).view(terms.shape).expand(mask.shape).flatten();
                var counted = new HashSet<long>();
                double total = 0;
                for (var i = 0; i < mask.numel(); i++)
                    if (kept.flatten()[i].item<bool>() && counted.Add(places[i].item<long>()))
                        total += numbers[i].item<double>();
                return total;
            }
        }

        return sum;
    }

    private static void RequireSame(Tensor expected, Tensor actual)
    {
        var error = ((expected - actual).abs() / (expected.abs() + 1)).max().item<double>();
        Assert.True(error <= Tolerance, $"The largest relative error is {error:G3}.");
    }
}
