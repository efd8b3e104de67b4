using System.Text.Json;

namespace BayesGen.Tests;

/// <summary>Predictions as JSON and as text: one object or line for each example, digits that mean something, and back again.</summary>
public sealed class PredictionJsonTests
{
    [Fact]
    public void ClassPredictionsRoundTripWithAnObjectForEachExample()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var prediction = ClassPrediction.Of(
            randn(3, 4, dtype: ScalarType.Float32, device: CPU), randn(3, 4, dtype: ScalarType.Float32, device: CPU));
        var json = JsonSerializer.Serialize(prediction);
        using (var document = JsonDocument.Parse(json))
        {
            var examples = document.RootElement.GetProperty("examples");
            Assert.Equal(3, examples.GetArrayLength());
            Assert.Equal(prediction.Classes[1], examples[1].GetProperty("class").GetInt32());
            Assert.Equal(prediction.Confidence[1], examples[1].GetProperty("confidence").GetDouble(), 1e-6);
            Assert.True(examples[1].GetProperty("confidence").GetRawText().Length <= 10);
            Assert.False(examples[1].TryGetProperty("outputs", out _));
        }

        var back = JsonSerializer.Deserialize<ClassPrediction>(json)!;
        Assert.Equal(prediction.Classes, back.Classes);
        Assert.Equal(prediction.Samples, back.Samples);
        Assert.Equal(json, JsonSerializer.Serialize(back));
    }

    [Fact]
    public void LogitsOfImpossibleClassesRoundTrip()
    {
        using var scope = NewDisposeScope();
        var sums = new ClassSums(likelihood: null, keepOutputs: true);
        using (NewDisposeScope())
            sums.Add(tensor(new[] { 0, double.NegativeInfinity }, [1, 2], ScalarType.Float64, CPU));
        sums.EndBatch();
        var back = JsonSerializer.Deserialize<ClassPrediction>(JsonSerializer.Serialize(sums.Finish()))!;
        Assert.Equal([0, double.NegativeInfinity], back.Outputs![0][0]);
    }

    [Fact]
    public void RegressionPredictionsRoundTripWithTheirMixture()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var sums = new RegressionSums(GaussianNoise.Learned);
        using (NewDisposeScope())
        {
            sums.Add(randn(3, 4, dtype: ScalarType.Float64, device: CPU));
            sums.Add(randn(3, 4, dtype: ScalarType.Float64, device: CPU));
        }

        sums.EndBatch();
        var prediction = sums.Finish();
        var json = JsonSerializer.Serialize(prediction);
        var back = JsonSerializer.Deserialize<RegressionPrediction>(json)!;
        Assert.Equal((3, 2, 2), (back.Count, back.Outputs, back.Samples));
        Assert.Equal(prediction.LogDensity([[0, 1], [1, 0], [0, 0]])[1], back.LogDensity([[0, 1], [1, 0], [0, 0]])[1], 1e-4);
        Assert.Equal(prediction.Quantile(0.3)[2][1], back.Quantile(0.3)[2][1], 1e-5);
        using var document = JsonDocument.Parse(json);
        var example = document.RootElement.GetProperty("examples")[2];
        Assert.Equal(prediction.CentralInterval().Lower[2][1], example.GetProperty("lower")[1].GetDouble(), 1e-5);
        Assert.Equal(prediction.Mean[2][0], example.GetProperty("mean")[0].GetDouble(), 1e-5);
    }

    /// <summary>Seven digits of a mean of 1.7 billion were 1.7 billion, and so were the ends of its interval.</summary>
    [Fact]
    public void ASmallDeviationOfALargeMeanIsInTheDigits()
    {
        using var scope = NewDisposeScope();
        var times = tensor(new[] { 1_700_000_003.25, -1_700_000_010 }, [2, 1], ScalarType.Float64, CPU);
        var prediction = RegressionPrediction.Of(GaussianNoise.Fixed(2), times, times + 3);
        var back = JsonSerializer.Deserialize<RegressionPrediction>(JsonSerializer.Serialize(prediction))!;
        for (var row = 0; row < 2; row++)
        {
            Assert.Equal(prediction.Mean[row][0], back.Mean[row][0], 1e-3);
            Assert.Equal(prediction.EpistemicVariance[row][0], back.EpistemicVariance[row][0], 1e-3);
            Assert.Equal(prediction.CentralInterval().Lower[row][0], back.CentralInterval().Lower[row][0], 1e-2);
        }

        using var document = JsonDocument.Parse(JsonSerializer.Serialize(prediction));
        Assert.Equal(
            prediction.CentralInterval().Upper[0][0],
            document.RootElement.GetProperty("examples")[0].GetProperty("upper")[0].GetDouble(), 1e-3);
        Assert.Contains("0: 1700000004.8 +- 2.5", prediction.ToString());
        Assert.Contains("0: 1699999999.94 to 1700000009.56", prediction.CentralInterval().ToString());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"samples":1,"examples":[{"class":1,"entropy":0,"expectedEntropy":0,"mutualInformation":0,"probabilities":[1,0]}]}""")]
    public void RefusesJsonThatIsNotAPrediction(string json)
    {
        Assert.Contains(
            "no prediction of classes", Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ClassPrediction>(json)).Message);
        Assert.Contains(
            "no prediction of numbers", Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RegressionPrediction>(json)).Message);
    }

    [Fact]
    public void ToStringHasALineForEachExample()
    {
        using var scope = NewDisposeScope();
        var classes = ClassPrediction.Of(zeros(12, 2, dtype: ScalarType.Float64, device: CPU)).ToString().Split(Environment.NewLine);
        Assert.Equal("12 examples, 1 draws", classes[0]);
        Assert.Equal("0: class 0, confidence 0.500, entropy 0.693 nats, of which mutual information 0.000", classes[1]);
        Assert.Equal("... and 2 more", classes[^1]);
        var sums = new RegressionSums(GaussianNoise.Fixed(0.5));
        using (NewDisposeScope())
            sums.Add(ones(2, 1, dtype: ScalarType.Float64, device: CPU));
        sums.EndBatch();
        Assert.Equal("1: 1 +- 0.5 (epistemic 0, aleatoric 0.5)", sums.Finish().ToString().Split(Environment.NewLine)[2]);
        Assert.StartsWith("2 examples, 1 draws: NLL", RegressionEvaluation.Of(sums.Finish(), [[1], [1]]).ToString());
    }
}
