namespace BayesGen.Tests;

/// <summary>Likelihoods as values: what leads to them, how they are written down, and which there are not.</summary>
public sealed class LikelihoodTests
{
    [Fact]
    public void AFitLossLeadsToItsLikelihood()
    {
        Assert.Equal(Likelihood.Categorical(), Likelihood.Of(FitLoss.CrossEntropy));
        Assert.Equal(Likelihood.Bernoulli(), Likelihood.Of(FitLoss.BinaryCrossEntropy));
        Assert.Equal(Likelihood.Gaussian(0.2), Likelihood.Of(FitLoss.Gaussian(0.2)));
        Assert.NotEqual(Likelihood.Gaussian(0.3), Likelihood.Of(FitLoss.Gaussian(0.2)));
        Assert.Equal(Likelihood.LearnedGaussian, Likelihood.Of(FitLoss.LearnedGaussian));
        Assert.Null(Likelihood.Of(FitLoss.SquaredError));
        Assert.Equal(Likelihood.LearnedGaussian, GaussianNoise.Learned.Likelihood);
        // A training that is taken up again would else seem to be another one.
        Assert.Same(FitLoss.CrossEntropy, Likelihood.Categorical().FitLoss);
        Assert.Same(FitLoss.LearnedGaussian, Likelihood.LearnedGaussian.FitLoss);
    }

    [Fact]
    public void EveryLikelihoodSurvivesItsText()
    {
        foreach (var likelihood in new Likelihood[]
        {
            Likelihood.Categorical(), Likelihood.Categorical(255, [1, 0.1], 0.05), Likelihood.Bernoulli(49.5, 2),
            Likelihood.Gaussian(1.0 / 3),
            Likelihood.LearnedGaussian, Likelihood.LearnedGaussian.IgnoringNaN(), GaussianNoise.Learned.Scaled(0.61, 2).Likelihood,
            Likelihood.StudentT(4.5), Likelihood.StudentT(3, 0.1).IgnoringNaN(), Likelihood.Poisson, Likelihood.Poisson.IgnoringNaN(),
        })
        {
            var read = Likelihood.Read(likelihood.Text);
            Assert.Equal(likelihood, read);
            Assert.Equal(likelihood.ToString(), read.ToString());
            Assert.Equal(likelihood.GetHashCode(), read.GetHashCode());
        }

        string[] wrong = ["", "[]", "{}", """{"kind":"gamma"}""", """{"kind":"gaussian","scale":-1}""", """{"kind":"student-t"}"""];
        foreach (var text in wrong)
            Assert.Contains("cannot be read", Assert.Throws<InvalidOperationException>(() => Likelihood.Read(text)).Message);
    }

    [Fact]
    public void NumbersThatMakeNoLikelihoodAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Likelihood.Gaussian(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Likelihood.StudentT(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Likelihood.StudentT(3, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Likelihood.Bernoulli(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Likelihood.Bernoulli(ignoredLabel: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Likelihood.Categorical(labelSmoothing: 1));
        Assert.Throws<ArgumentException>(() => Likelihood.Categorical(classWeights: [1, 0]));
        using var scope = NewDisposeScope();
        var logits = zeros(1, 3, dtype: ScalarType.Float32, device: CPU);
        Assert.Contains("2 class weights for logits of 3", Assert.Throws<ArgumentException>(
            () => Likelihood.Categorical(classWeights: [1, 2]).FitLoss.Mean(logits, zeros(1, dtype: ScalarType.Int64))).Message);
    }
}
