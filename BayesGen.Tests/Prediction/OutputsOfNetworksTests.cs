namespace BayesGen.Tests;

/// <summary>Predictions from outputs that were computed elsewhere.</summary>
public sealed class OutputsOfNetworksTests
{
    [Fact]
    public void ALikelihoodSaysWhatTheyAre()
    {
        using var scope = NewDisposeScope();
        Tensor[] logits = [tensor(new[] { 0.0, 2 }), tensor(new[] { 1.0, -1 })];
        var answers = ClassPrediction.Of(Likelihood.Bernoulli(), logits);
        Assert.Equal((2, 2), (answers.Count, answers.Samples));
        Assert.Equal((0.5 + 1 / (1 + Math.Exp(-1))) / 2, answers.Probabilities[0][1], 1e-12);
        var counts = RegressionPrediction.Of(Likelihood.Poisson, logits);
        Assert.Equal((Math.Exp(2) + Math.Exp(-1)) / 2, counts.Mean[1][0], 1e-12);
        Assert.Equal(counts.Mean[1][0], counts.AleatoricVariance[1][0], 1e-12);
        Assert.Equal(15, ClassPrediction.Of(Likelihood.Categorical(), zeros(3, 2, 5)).Count);
        Assert.Contains("[1], [2]", Assert.Throws<ArgumentException>(
            () => RegressionPrediction.Of(Likelihood.Poisson, zeros(1), zeros(2))).Message);
        Assert.Throws<ArgumentException>(() => ClassPrediction.Of(zeros(0, 2)));
    }

    /// <summary>The advice was a call of Predict, which there is none of.</summary>
    [Fact]
    public void TheAdviceForOutputsOfAnotherKindCanBeFollowed()
    {
        using var scope = NewDisposeScope();
        foreach (var output in new[] { zeros(3), zeros(3, 1), zeros(3, 2, 5) })
        {
            var message = Assert.Throws<InvalidOperationException>(() => ClassPrediction.Of(output)).Message;
            Assert.Contains("ClassPrediction.Of(Likelihood.Bernoulli(), outputs)", message);
            Assert.Contains("RegressionPrediction.Of(likelihood, outputs)", message);
            Assert.DoesNotContain("Predict(x", message);
        }

        Assert.DoesNotContain("Predict(x", Assert.Throws<InvalidOperationException>(
            () => ClassPrediction.Of(Likelihood.Categorical(), zeros(3, 1))).Message);
    }
}
