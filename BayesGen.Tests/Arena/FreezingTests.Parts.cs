namespace BayesGen.Tests;

public sealed partial class FreezingTests
{
    [Fact]
    public void UnfreezingOneLayerLeavesAPartOffThatIsOffForAll()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        var width = model.get_parameter("Gaussian.log_sigma")!;
        width.requires_grad = false;
        model.Freeze("a");
        model.Unfreeze("a");
        Assert.False(width.requires_grad);
        var before = StateOf(model);
        using var trainer = model.CreateTrainer(Options(3));
        trainer.Train(Data());
        var after = StateOf(model);
        Assert.False(TensorBits.Same(before["a.weight.mu"], after["a.weight.mu"]));
        Assert.All(before.Keys.Where(key => key.EndsWith("log_sigma", StringComparison.Ordinal)), key =>
            Assert.True(TensorBits.Same(before[key], after[key]), key));

        // With every weight that has it, it comes back.
        model.Unfreeze("a", "b");
        Assert.True(width.requires_grad);
    }

    [Fact]
    public void UnfreezingOneLayerLeavesALearnedPriorOffThatAloneIsOff()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        model.Prior.B.Weight = GaussianPrior.Trainable(0.5);
        var learned = model.Arena.Families.Single().Priors.Learned!;
        learned.requires_grad = false;
        model.Unfreeze("a");
        Assert.False(learned.requires_grad);
        model.Unfreeze();
        Assert.True(learned.requires_grad);
    }
}
