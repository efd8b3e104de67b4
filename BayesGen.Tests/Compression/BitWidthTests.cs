namespace BayesGen.Tests;

/// <summary>Bit widths follow from the noise of the posterior.</summary>
public class BitWidthTests
{
    /// <summary>t = #{t in 1..23 : 2 V &lt; 2^-t}.</summary>
    [Theory]
    [InlineData(0.2, 3)]
    [InlineData(0.1, 5)]
    [InlineData(0.05, 7)]
    [InlineData(0.02, 10)]
    [InlineData(0.01, 12)]
    [InlineData(0.001, 18)]
    [InlineData(1, 0)]
    [InlineData(0.5, 0)]
    [InlineData(1e-9, 23)]
    [InlineData(0, 23)]
    public void TheNoiseOfAWeightGivesItsFractionBits(double deviation, double bits)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(bits, BitChooser.FractionBitsOf(torch.tensor(deviation * deviation, dtype: ScalarType.Float64)).item<double>());
    }

    /// <summary>ceil(log2(log2(max) + 1) + 1), which is NaN or less than 1 for at most 1/2.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.3, 1)]
    [InlineData(0.5, 1)]
    [InlineData(1, 1)]
    [InlineData(1.5, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(100, 4)]
    public void TheLargestWeightGivesTheExponentBits(double largest, int bits) => Assert.Equal(bits, BitChooser.ExponentBitsOf(largest));

    [Fact]
    public void ATensorGetsTheMeanOfItsKeptWeightsRoundedUp()
    {
        using var scope = NewDisposeScope();
        using var model = Line(0.2, 0.1);
        var bits = Assert.Single(model.ChooseBits().Weights);
        Assert.Equal(new WeightBits("line.weight", 2, 2, FractionBits: 4, ExponentBits: 1, IsFromPosterior: true), bits);
        Assert.Equal((6, 0.0625), (bits.Bits, bits.Step));
        Assert.Equal(5, model.ChooseBits(new() { Rule = BitRule.Max }).Weights[0].FractionBits);
        Assert.Equal(6, model.ChooseBits(new() { ExtraBits = 2 }).Weights[0].FractionBits);
        Assert.Equal(0, model.ChooseBits(new() { ExtraBits = -9 }).Weights[0].FractionBits);

        // Means 0.7 and -0.3, so scores 1.25 and 1.10: the second is pruned, and its width no longer counts.
        model.Prune(1.2);
        Assert.Equal((1, 3), (model.ChooseBits().Weights[0].Kept, model.ChooseBits().Weights[0].FractionBits));
        using (no_grad())
            model.state_dict()["line.weight.mask"].fill_(false);
        model.Arena.AdoptState();
        Assert.Equal((0, 0), (model.ChooseBits().Weights[0].Kept, model.ChooseBits().Weights[0].FractionBits));

        using var uneven = Line(0.2, 0.05);
        Assert.Equal(5, uneven.ChooseBits().Weights[0].FractionBits);
        using var odd = Line(0.1, 0.02);
        Assert.Equal(8, odd.ChooseBits().Weights[0].FractionBits);
    }

    [Fact]
    public void AWeightWithoutAPosteriorGetsPlainBits()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        using (no_grad())
            model.Network.state_dict()["hidden.bias"].fill_(0).narrow(0, 0, 2).copy_(torch.tensor(new[] { 0.75f, -0.1f }));
        var bits = model.ChooseBits(new() { PlainBits = 8 }).Weights.Single(weight => weight.Key == "hidden.bias");
        Assert.Equal(new WeightBits("hidden.bias", 16, 2, FractionBits: 7, ExponentBits: 0, IsFromPosterior: false), bits);
        Assert.Equal(8, bits.Bits);
        Assert.DoesNotContain(model.ChooseBits(new() { PlainBits = null }).Weights, weight => !weight.IsFromPosterior);
        Assert.Equal(
            ["conv.bias", "conv.weight", "hidden.bias", "hidden.weight", "norm.bias", "norm.weight", "output.bias", "output.weight"],
            model.ChooseBits().Weights.Select(weight => weight.Key).Order());
    }

    [Fact]
    public void RoundedWeightsAreMultiplesOfTheirStepAndTheModelStaysWhatItIs()
    {
        using var scope = NewDisposeScope();
        using var model = StateFileTests.Trained(3);
        model.Prune(new() { [Family.Gaussian] = 0.5 });
        List<Tensor> before = [.. model.Network.state_dict().Values.Select(tensor => tensor.detach().clone())];
        var bits = model.ChooseBits();
        var exact = model.Export(new MixedClassifier()).state_dict();
        var rounded = model.Export(new MixedClassifier(), bits).state_dict();
        Assert.All(before.Zip(model.Network.state_dict().Values), pair => Assert.True(TensorBits.Same(pair.First, pair.Second)));
        foreach (var width in bits.Weights)
        {
            var (weight, round) = (exact[width.Key].to(ScalarType.Float64), rounded[width.Key].to(ScalarType.Float64));
            var steps = round / width.Step;
            Assert.True(steps.eq(steps.round()).all().item<bool>(), width.Key);
            Assert.InRange((weight - round).abs().max().item<double>(), 0, width.Step / 2);
            Assert.True(round.masked_select(weight.eq(0)).eq(0).all().item<bool>(), width.Key);
        }

        Assert.True(TensorBits.Same(exact["norm.running_mean"], rounded["norm.running_mean"]));
    }

    [Fact]
    public void ARoundedNetworkIsEvaluatedAsTheModelIs()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(70, 1);
        using var model = StateFileTests.Trained(3);
        var plain = model.Export(new MixedClassifier());
        plain.train();
        var (expected, found) = (model.Evaluate(data), plain.EvaluatePlain(data));
        Assert.True(plain.training);
        Assert.Equal((expected.Examples, expected.Accuracy), (found.Examples, found.Accuracy));
        Assert.Equal(expected.Fit, found.Fit, 1e-5 * expected.Fit);

        // Twenty more bits round nothing that floats can tell.
        var fine = model.Export(new MixedClassifier(), model.ChooseBits(new() { ExtraBits = 16, PlainBits = 24 })).EvaluatePlain(data);
        Assert.Equal(expected.Fit, fine.Fit, 1e-4 * expected.Fit);
        Assert.Contains("Evaluate", Assert.Throws<ArgumentException>(() => model.EvaluatePlain(data)).Message);
    }

    [Fact]
    public void RefusesWhatHasNoWidth()
    {
        using var scope = NewDisposeScope();
        using var model = Line(0.2, 0.1);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.ChooseBits(new() { PlainBits = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.ChooseBits(new() { ExtraBits = 17 }));
        var bits = model.ChooseBits();
        using var other = new BayesianMixedClassifier(new MixedClassifier());
        Assert.Contains("'line.weight'", Assert.Throws<ArgumentException>(() => other.Export(new MixedClassifier(), bits)).Message);
        Assert.Throws<ArgumentException>(() => model.Export(model.Network, bits));
        Assert.Throws<StateMismatchException>(() => model.Export(new MixedClassifier(), bits));
        using (no_grad())
            model.Posterior.Line.Weight.LogSigma.fill_(double.NaN);
        Assert.Contains("'line.weight'", Assert.Throws<InvalidOperationException>(() => model.ChooseBits()).Message);
    }

    private static BayesianLine Line(double first, double second)
    {
        var model = new BayesianLine(new Line());
        using var _ = no_grad();
        model.Posterior.Line.Weight.Mu.copy_(torch.tensor(new[] { 0.7f, -0.3f }, [1, 2]));
        model.Posterior.Line.Weight.LogSigma.copy_(torch.tensor(new[] { Math.Log(first), Math.Log(second) }, [1, 2]));
        model.UseMean();
        return model;
    }
}
