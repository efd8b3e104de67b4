namespace BayesGen.Tests;

/// <summary>
/// A family that does not describe itself is refused when a network is wrapped, each time and not as a fault of an initializer.
/// </summary>
public class FamilyRefusedAtWrapTests
{
    [Fact]
    public void AFamilyWithoutAttributesIsNamedWithWhatToWrite()
    {
        for (var i = 0; i < 2; i++)
        {
            var thrown = Assert.Throws<InvalidOperationException>(() => new BayesianSilentNetwork(new SilentNetwork()));
            Assert.Equal(
                "SilentPosterior does not describe its family: [PosteriorFamily] is missing; write [PosteriorFamily(\"...\")] with the "
                + "name of the family on SilentPosterior.",
                thrown.Message);
        }
    }

    [Fact]
    public void ADefaultPriorOtherThanTheOneNamedIsRefused()
    {
        var thrown = Assert.Throws<InvalidOperationException>(() => new BayesianTwoTonguedNetwork(new TwoTonguedNetwork()));
        Assert.Equal(
            "TwoTonguedPosterior does not describe its family: DefaultPrior of [PosteriorFamily] is LogUniformPrior, and its method "
            + "DefaultPrior gives a GaussianPrior. Make them the same.",
            thrown.Message);
    }

    [Fact]
    public void ThresholdsNameAFamilyByItsOwnName()
    {
        Thresholds thresholds = new() { [typeof(LaplacePosterior)] = 1, [typeof(string)] = 2, [Family.SparseDropout] = -3 };
        Assert.Equal("Laplace 1, String 2, SparseDropout -3", thresholds.ToString());
    }

    [Fact]
    public void OneThresholdForTwoFamiliesIsRefusedWithTheirOwnThresholds()
    {
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        var thrown = Assert.Throws<ArgumentException>(() => Pruner.Prune(model.Arena, 0.5));
        Assert.Contains("[LogUniform] = 0", thrown.Message);
        Assert.Contains("[Gaussian] = 0", thrown.Message);
        using var own = new BayesianLaplaceNetwork(new LaplaceNetwork());
        Assert.Contains("[typeof(LaplacePosterior)] = ...", Assert.Throws<ArgumentException>(() => Pruner.Prune(own.Arena, 0.5)).Message);
    }
}
