using System.Text.Json;
using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>The temperature that makes probabilities as sure as they are right.</summary>
public sealed class TemperatureScalingTests
{
    [Fact]
    public void FindsTheTemperatureThatIsKnown()
    {
        // 0.9 is said and 3 of 4 are right: 1 / (1 + 9^(-1/T)) = 3/4 at T = log 9 / log 3 = 2.
        var scaling = TemperatureScaling.Fit(Sure(80), [.. Enumerable.Range(0, 80).Select(i => i % 4 == 0 ? 1 : 0)]);
        Assert.Equal(2, scaling.Temperature, 1e-10);
        Assert.Equal(-0.75 * Math.Log(0.9) - 0.25 * Math.Log(0.1), scaling.NegativeLogLikelihoodBefore, 1e-12);
        Assert.Equal(-0.75 * Math.Log(0.75) - 0.25 * Math.Log(0.25), scaling.NegativeLogLikelihoodAfter, 1e-12);
        Assert.Equal(0.15, scaling.ExpectedCalibrationErrorBefore, 1e-12);
        Assert.Equal(0, scaling.ExpectedCalibrationErrorAfter, 1e-9);
        Assert.Equal("temperature 2 from 80 examples: NLL 0.6547 -> 0.5623, ECE 0.1500 -> 0.0000", scaling.ToString());
        var scaled = scaling.Apply(Predictions.Classes([0.9, 0.1]));
        Assert.Equal(0.75, scaled.Probabilities[0][0], 1e-10);
        Assert.Equal((0, 0.0), (scaled.Classes[0], scaled.MutualInformation[0]));
        Assert.Equal(-0.75 * Math.Log(0.75) - 0.25 * Math.Log(0.25), scaled.Entropy[0], 1e-10);
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(3)]
    public void NoTemperatureNearbyIsBetter(double true0)
    {
        var random = new Random(5);
        List<double[]> said = [];
        List<int> targets = [];
        for (var i = 0; i < 4_000; i++)
        {
            double[] logits = [.. Enumerable.Range(0, 4).Select(_ => 3 * random.NextDouble())];
            said.Add(Softmax(logits, true0));
            var (u, c) = (random.NextDouble(), 0);
            var p = Softmax(logits, 1);
            for (; c < 3 && u >= p[c]; c++)
                u -= p[c];
            targets.Add(c);
        }

        var prediction = Predictions.Classes(said);
        var scaling = TemperatureScaling.Fit(ClassEvaluation.Of(prediction, targets));
        Assert.Equal(true0, scaling.Temperature, true0 * 0.1);
        Assert.True(scaling.NegativeLogLikelihoodAfter < scaling.NegativeLogLikelihoodBefore);
        Assert.True(scaling.ExpectedCalibrationErrorAfter < scaling.ExpectedCalibrationErrorBefore);
        Assert.Equal(Nll(1), scaling.NegativeLogLikelihoodAfter, 1e-12);
        Assert.True(Nll(1.001) > Nll(1) && Nll(0.999) > Nll(1));

        double Nll(double factor) => ClassificationMetrics.NegativeLogLikelihood(
            new TemperatureScaling(scaling.Temperature * factor, 4, 1, default, default).Apply(prediction).Probabilities, targets);
        static double[] Softmax(double[] logits, double factor)
        {
            var powers = Array.ConvertAll(logits, z => Math.Exp(z * factor));
            return Array.ConvertAll(powers, power => power / powers.Sum());
        }
    }

    [Fact]
    public void SaysThatTheUncertaintyOfSeveralSamplesCannotBeSplit()
    {
        using var scope = NewDisposeScope();
        var two = ClassPrediction.Of(zeros(1, 2, device: CPU), tensor(new[] { 2f, 0 }, [1, 2], device: CPU));
        var scaled = new TemperatureScaling(0.5, 2, 50, default, default).Apply(two);
        Assert.Equal((double.NaN, double.NaN), (scaled.ExpectedEntropy[0], scaled.MutualInformation[0]));
        // The power 2 of the mean of the probabilities.
        var (p, q) = (two.Probabilities[0][0], two.Probabilities[0][1]);
        Assert.Equal(p * p / (p * p + q * q), scaled.Probabilities[0][0], 1e-12);
        Assert.Equal(
            scaled.Probabilities[0],
            JsonSerializer.Deserialize<ClassPrediction>(JsonSerializer.Serialize(scaled))!.Probabilities[0],
            (one, other) => Math.Abs(one - other) < 1e-6);
    }

    [Fact]
    public void KeepsWhatIsImpossible()
    {
        var scaled = new TemperatureScaling(100, 3, 50, default, default).Apply(Predictions.Classes([1, 0, 0], [1e-300, 0, 1]));
        Assert.Equal([1, 0, 0], scaled.Probabilities[0]);
        Assert.Equal(1e-3 / (1 + 1e-3), scaled.Probabilities[1][0], 1e-12);
    }

    [Fact]
    public void RefusesWhatNoTemperatureIsBestFor()
    {
        int[] half = [.. Enumerable.Range(0, 60).Select(i => i % 2)];
        Assert.Contains("needs at least 50 calibration examples, and there are 49", Refused(Sure(49), half[..49]));
        Assert.Contains("the best temperature is 0", Refused(Sure(60), new int[60]));
        Assert.Contains("no better than chance", Refused(Sure(60), half));
        Assert.Contains(
            "every temperature leaves them", Refused(Predictions.Classes([.. Enumerable.Repeat(new[] { 0.5, 0.5 }, 60)]), half));
        Assert.Contains(
            "target 1 of example 1 has probability 0", Refused(Predictions.Classes([.. Enumerable.Repeat(new[] { 1.0, 0 }, 60)]), half));
        Assert.Contains("The target 2 of example 3", Refused(Sure(60), [0, 0, 0, 2, .. half[4..]]));
        Assert.Contains("examples 0, 1", Refused(Predictions.Classes([.. Enumerable.Repeat(new[] { double.NaN, 0 }, 60)]), half));
        Assert.Contains("for 3 classes, and example 0 of the prediction has 2", Assert.Throws<ArgumentException>(
            () => new TemperatureScaling(1, 3, 50, default, default).Apply(Sure(1))).Message);

        static string Refused(ClassPrediction prediction, int[] targets) =>
            Assert.Throws<ArgumentException>(() => TemperatureScaling.Fit(prediction, targets)).Message;
    }

    [Fact]
    public void IsSavedAndLoadedWithAllItsDigits()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var scaling = new TemperatureScaling(Math.PI / 2, 2, 80, (0.7, 0.6), (0.2, 0.1));
            scaling.Save(path);
            var back = TemperatureScaling.Load(path);
            Assert.Equal((scaling.Temperature, scaling.ToString()), (back.Temperature, back.ToString()));
            File.WriteAllText(path, File.ReadAllText(path).Replace("\"temperature\": 1", "\"temperature\": -1"));
            Assert.Contains(path, Assert.Throws<JsonException>(() => TemperatureScaling.Load(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ClassPrediction Sure(int count) => Predictions.Classes([.. Enumerable.Repeat(new[] { 0.9, 0.1 }, count)]);

    [Fact]
    public void OutsideIsDistinguishedByEntropyAtATemperatureToo()
    {
        using var scope = NewDisposeScope();
        var scaling = new TemperatureScaling(2, 2, 50, default, default);
        var (two, other) = (Of([3, 0, 4, 0], [2, 0, 5, 0]), Of([0.4f, 0, 0, 0], [0.2f, 0, 0, 0.4f]));
        var outside = OutOfDistribution.Of(scaling.Apply(two), scaling.Apply(other));
        Assert.Equal(1, outside.ByEntropy.Auroc);
        Assert.True(double.IsNaN(outside.ByMutualInformation.Auroc));
        Assert.Equal(1, OutOfDistribution.Of(two, other).ByEntropy.Auroc);
        Assert.False(double.IsNaN(OutOfDistribution.Of(two, other).ByMutualInformation.Auroc));

        // Two draws of two examples with two classes.
        static ClassPrediction Of(float[] one, float[] another) =>
            ClassPrediction.Of(tensor(one, [2, 2], device: CPU), tensor(another, [2, 2], device: CPU));
    }

    [Fact]
    public void ATemperatureWithoutAReciprocalIsRefused() => Assert.Contains(
        "reciprocal", Assert.Throws<ArgumentException>(() => new TemperatureScaling(1e-310, 2, 50, default, default)).Message);
}
