using BayesGen.Data;
using MnistSample;

namespace BayesGen.Tests.Samples;

/// <summary>The certainty that the page of the MNIST sample shows is that of draws of the posterior.</summary>
public sealed class MnistAnswerTests
{
    [Fact]
    public void ConfidenceIsTheMeanOverSamplesNotTheSoftmaxOfOneNetwork()
    {
        using var scope = NewDisposeScope();
        using var test = SyntheticDigits.Create(20, 5);
        using var model = StateFileTests.Trained(3);
        var thresholds = new Thresholds { [Family.Gaussian] = 0.5, [Family.LogUniform] = 3.9 };
        var expected = model.Predict(test.Inputs, Answers.Draws, new PredictionOptions { Thresholds = thresholds });
        Assert.True(Answers.Draws > 1 && expected.MutualInformation.Max() > 0.001, "the draws could be one network");

        var names = Enumerable.Range(0, 10).Select(digit => $"<{digit}>").ToList();
        var examples = Answers.Of(model, test, names, thresholds);
        var labels = test.Targets.data<long>().ToArray();
        Assert.Equal(20, examples.Count);
        var order = Enumerable.Range(0, 20).OrderBy(i => expected.Classes[i] == labels[i]).ThenBy(i => i).ToList();
        foreach (var (i, example) in order.Zip(examples))
        {
            Assert.Equal(names[expected.Classes[i]], example.Answer);
            Assert.Equal(expected.Classes[i] == labels[i], example.IsRight);
            Assert.StartsWith(
                FormattableString.Invariant($"{expected.Confidence[i] * 100:F0} % sure, entropy {expected.Entropy[i]:F2} nats"),
                example.Note);
            Assert.Equal(
                expected.Classes[i] != labels[i], example.Note.EndsWith($", is {names[(int)labels[i]]}", StringComparison.Ordinal));
        }

        Assert.Equal(model.Arena.BayesianCount, model.PruneStatistics().Kept);
    }
}
