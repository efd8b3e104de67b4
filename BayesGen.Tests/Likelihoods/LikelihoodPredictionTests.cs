using System.Text.Json;
using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>What a prediction is under each likelihood: rows, classes, mixtures, and what is left out of a judgment.</summary>
public sealed class LikelihoodPredictionTests
{
    private const int Draws = 20_000;

    /// <summary>The logit is N(m, v), so that every answer is an integral over one variable.</summary>
    [Fact]
    [Trait("Lane", "Slow")]
    public void ALinearLogitMatchesItsIntegrals()
    {
        using var scope = NewDisposeScope();
        using var model = Line();
        var (x, m, v) = Question();
        var prediction = model.Predict(x, Likelihood.Bernoulli(), Draws);
        var (p, square) = (Integral(m, v, Sigmoid), Integral(m, v, z => Sigmoid(z) * Sigmoid(z)));
        Assert.Equal(p, prediction.Probabilities[0][1], 5 * Math.Sqrt((square - p * p) / Draws));
        Assert.Equal(1, prediction.Probabilities[0].Sum(), 1e-12);
        Assert.Equal(p > 0.5 ? 1 : 0, prediction.Classes[0]);
        Assert.Equal(Entropy(prediction.Probabilities[0][1]), prediction.Entropy[0], 1e-10);
        Assert.Equal(Integral(m, v, z => Entropy(Sigmoid(z))), prediction.ExpectedEntropy[0], 5 * 0.3 / Math.Sqrt(Draws));
        Assert.Equal(prediction.Entropy[0] - prediction.ExpectedEntropy[0], prediction.MutualInformation[0], 1e-12);
    }

    /// <summary>The log rate is N(m, v), so that the rate is lognormal.</summary>
    [Fact]
    [Trait("Lane", "Slow")]
    public void ALinearLogRateMatchesItsClosedForm()
    {
        using var scope = NewDisposeScope();
        using var model = Line();
        var (x, m, v) = Question();
        var prediction = model.Predict(x, Likelihood.Poisson, Draws);
        var (mean, variance) = (Math.Exp(m + v / 2), (Math.Exp(v) - 1) * Math.Exp(2 * m + v));
        Assert.Equal(mean, prediction.Mean[0][0], 5 * Math.Sqrt(variance / Draws));
        Assert.Equal(prediction.Mean[0][0], prediction.AleatoricVariance[0][0], 1e-12);
        Assert.Equal(variance, prediction.EpistemicVariance[0][0], 0.05 * variance);
        var (lower, upper) = (prediction.MeanInterval(0.9).Lower[0][0], prediction.MeanInterval(0.9).Upper[0][0]);
        Assert.Equal(Math.Exp(m - 1.6448536 * Math.Sqrt(v)), lower, 0.03 * lower);
        Assert.Equal(Math.Exp(m + 1.6448536 * Math.Sqrt(v)), upper, 0.03 * upper);
        Assert.Equal(
            Integral(m, v, z => Math.Exp(2 * z - Math.Exp(z)) / 2), Math.Exp(prediction.LogDensity([[2]])[0]), 5 * 0.3 / Math.Sqrt(Draws));
        Assert.Equal(prediction.CentralInterval().Lower[0][0], Math.Floor(prediction.CentralInterval().Lower[0][0]));
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public void ALinearMeanWithHeavyTailsMatchesItsIntegrals()
    {
        const double Degrees = 3, Scale = 0.4;
        using var scope = NewDisposeScope();
        using var model = Line();
        var (x, m, v) = Question();
        var prediction = model.Predict(x, Likelihood.StudentT(Degrees, Scale), Draws);
        Assert.Equal(3 * Scale * Scale, prediction.AleatoricVariance[0][0], 1e-12);
        var density = Integral(m, v, z => 2 * Math.Sqrt(3) / (Math.PI * Scale * Math.Pow(1 + Square((1.5 - z) / Scale) / 3, 2) * 3));
        Assert.Equal(density, Math.Exp(prediction.LogDensity([[1.5]])[0]), 5 * 0.4 / Math.Sqrt(Draws));
    }

    [Fact]
    public void SeveralQuestionsAreRowsOfTwoClasses()
    {
        using var scope = NewDisposeScope();
        var sums = new ClassSums(Likelihood.Bernoulli(), keepOutputs: true);
        using (NewDisposeScope())
            sums.Add(tensor(new[] { 0, 2.0, -1, 3, 0.5, -4 }, [2, 3], ScalarType.Float64, CPU));
        sums.EndBatch();
        var prediction = sums.Finish();
        Assert.Equal((6, 3), (prediction.Count, prediction.Places));
        Assert.Equal([0, 1, 0, 1, 1, 0], prediction.Classes);
        Assert.Equal(1 / (1 + Math.Exp(-2)), prediction.Probabilities[1][1], 1e-12);
        Assert.Equal([0, 2], prediction.Outputs![0][1]);

        using var data = new TensorDataSet(
            zeros(2, 1, dtype: ScalarType.Float32, device: CPU), tensor(new float[] { 1, 1, -100, 1, 0, 0 }, [2, 3], device: CPU));
        var evaluation = ClassEvaluation.Of(prediction, data, Likelihood.Bernoulli());
        Assert.Equal([1, 1, 1, 0, 0], evaluation.Targets);
        Assert.Equal(3.0 / 5, evaluation.Accuracy, 1e-12);
        Assert.Equal([1, 1], evaluation.OfPlace(0).Targets);
        Assert.Equal([0], evaluation.OfPlace(2).Targets);
        Assert.Contains("place 3", Assert.Throws<ArgumentException>(() => evaluation.OfPlace(3)).Message);

        var read = JsonSerializer.Deserialize<ClassPrediction>(JsonSerializer.Serialize(prediction))!;
        Assert.Equal((3, 6), (read.Places, read.Count));
    }

    /// <summary>It asked for a whole dtype, which yes and no of a float dtype, as a training takes them, do not have.</summary>
    [Theory]
    [InlineData(1, 0.5, "answers of yes and no")]
    [InlineData(2, 7, "answers of yes and no")]
    public void YesAndNoAreJudgedWithoutALikelihood(int questions, double bad, string words)
    {
        using var scope = NewDisposeScope();
        var prediction = ClassPrediction.Of(Likelihood.Bernoulli(), tensor(new[] { 2f, -1, 3, 0.5f }, [4 / questions, questions]));
        var yes = tensor(new[] { 1f, 1, -100, 0 }, [4 / questions, questions]);
        using var data = new TensorDataSet(zeros(4 / questions, 1), yes);
        var evaluation = ClassEvaluation.Of(prediction, data);
        Assert.Equal(ClassEvaluation.Of(prediction, data, Likelihood.Bernoulli()).NegativeLogLikelihood, evaluation.NegativeLogLikelihood);
        Assert.Equal([1, 1, 0], evaluation.Targets);

        using var wrong = new TensorDataSet(zeros(4 / questions, 1), yes.masked_fill(yes.eq(0), bad));
        Assert.Contains(words, Assert.Throws<ArgumentException>(() => ClassEvaluation.Of(prediction, wrong)).Message.ToLowerInvariant());
        using var three = new TensorDataSet(zeros(4 / questions, 1), yes.clone());
        Assert.Contains(
            "expected whole numbers",
            Assert.Throws<ArgumentException>(() => ClassEvaluation.Of(ClassPrediction.Of(zeros(4 / questions, 3)), three)).Message);
    }

    [Fact]
    public void ClassesOverPlacesAreRowsOfPlaces()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new BayesianStepByStep(new StepByStep(2, 3));
        var x = randn([4, 2, 5], dtype: ScalarType.Float32, device: CPU);
        var prediction = model.Predict(x, Likelihood.Categorical(), samples: 3);
        Assert.Equal((20, 5), (prediction.Count, prediction.Places));
        var alone = model.Predict(x[2..3, .., 4..5], Likelihood.Categorical(), samples: 3);
        Rounding.AssertSame((IReadOnlyList<double>)alone.Probabilities[0], prediction.Probabilities[2 * 5 + 4]);
        Assert.Contains("Likelihood.Categorical()", Assert.Throws<InvalidOperationException>(() => model.Predict(x)).Message);

        var labels = randint(0, 3, new long[] { 4, 5 }, device: CPU);
        labels[1, ..] = -100;
        using var data = new TensorDataSet(x, labels);
        var evaluation = model.EvaluatePredictions(data, Likelihood.Categorical(), samples: 3);
        Assert.Equal(15, evaluation.Targets.Count);
        Assert.Equal(-Enumerable.Range(0, 20).Where(row => row / 5 != 1)
            .Average(row => Math.Log(prediction.Probabilities[row][(int)labels[row / 5, row % 5].item<long>()])),
            evaluation.NegativeLogLikelihood, 1e-5);
    }

    [Fact]
    public void NumbersOverPlacesAreRowsOfPlaces()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        using var model = new BayesianStepByStep(new StepByStep(2, 4));
        var x = randn([3, 2, 5], dtype: ScalarType.Float32, device: CPU);
        var targets = randn([3, 2, 5], dtype: ScalarType.Float32, device: CPU);
        targets[0, .., 3..] = float.NaN;
        var likelihood = Likelihood.LearnedGaussian.IgnoringNaN();
        var prediction = model.Predict(x, likelihood, samples: 3);
        Assert.Equal((15, 5, 2), (prediction.Count, prediction.Places, prediction.Outputs));
        using var data = new TensorDataSet(x, targets);
        var evaluation = model.EvaluatePredictions(data, likelihood, samples: 3);
        Assert.Equal(13, evaluation.Targets.Count);
        Assert.Equal([targets[0, 0, 2].item<float>(), targets[0, 1, 2].item<float>()], evaluation.Targets[2]);
        Assert.Equal([targets[2, 0, 4].item<float>(), targets[2, 1, 4].item<float>()], evaluation.Targets[12]);
        Assert.Equal(prediction.Mean[14], evaluation.Prediction.Mean[12]);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(
            () => model.EvaluatePredictions(data, Likelihood.LearnedGaussian, samples: 3)).Message);
    }

    [Fact]
    public void MixturesOfOtherKindsSurviveJson()
    {
        using var scope = NewDisposeScope();
        foreach (var likelihood in new[] { Likelihood.Poisson, Likelihood.StudentT(5.5, 0.25) })
        {
            var sums = new RegressionSums(likelihood);
            for (var k = 0; k < 3; k++)
            {
                using var draw = NewDisposeScope();
                sums.Add(tensor(new[] { 0.5 * k, 1 }, [2], ScalarType.Float64, CPU));
            }

            sums.EndBatch();
            var prediction = sums.Finish();
            var read = JsonSerializer.Deserialize<RegressionPrediction>(JsonSerializer.Serialize(prediction))!;
            double[][] targets = [[2], [0]];
            Assert.Equal(prediction.LogDensity(targets)[0], read.LogDensity(targets)[0], 1e-5);
            Assert.Equal(prediction.Crps(targets)[1], read.Crps(targets)[1], 1e-5);
            Assert.Equal(prediction.Quantile(0.9)[0][0], read.Quantile(0.9)[0][0], 1e-5);
            Assert.Throws<ArgumentOutOfRangeException>(() => prediction.Quantile(1));
        }
    }

    [Fact]
    public void AnIntervalOfCountsHoldsAtLeastItsLevel()
    {
        using var scope = NewDisposeScope();
        var random = new Random(3);
        double[] rates = [.. Enumerable.Range(0, 4_000).Select(_ => Math.Exp(2 * random.NextDouble()))];
        var sums = new RegressionSums(Likelihood.Poisson);
        using (NewDisposeScope())
            sums.Add(tensor(rates, [rates.Length], ScalarType.Float64, CPU).log());
        sums.EndBatch();
        double[][] counts = [.. rates.Select(rate => new[] { Count(rate) })];
        var evaluation = RegressionEvaluation.Of(sums.Finish(), counts);
        Assert.All(evaluation.Intervals, interval => Assert.InRange(interval.Coverage, interval.Level - 0.025, 1));
        // Twice the rate is a worse prediction, by both scores.
        var wide = new RegressionSums(Likelihood.Poisson);
        using (NewDisposeScope())
            wide.Add((tensor(rates, [rates.Length], ScalarType.Float64, CPU) * 2).log());
        wide.EndBatch();
        var worse = RegressionEvaluation.Of(wide.Finish(), counts);
        Assert.True(worse.NegativeLogLikelihood > evaluation.NegativeLogLikelihood + 0.1 && worse.Crps > 1.1 * evaluation.Crps);

        double Count(double rate)
        {
            var (count, product, limit) = (-1, 1.0, Math.Exp(-rate));
            for (; product > limit; count++)
                product *= random.NextDouble();
            return count;
        }
    }

    private static BayesianLine Line()
    {
        var model = new BayesianLine(new Line());
        model.to(ScalarType.Float64);
        using (no_grad())
        {
            model.Posterior.Line.Weight.Mu.copy_(tensor(new[] { 0.7, -1.2 }, [1, 2], ScalarType.Float64, CPU));
            model.Posterior.Line.Weight.LogSigma.copy_(tensor(new[] { Math.Log(0.5), Math.Log(0.2) }, [1, 2], ScalarType.Float64, CPU));
        }

        return model;
    }

    /// <summary>An input, and the mean and variance of the output for it.</summary>
    private static (Tensor X, double Mean, double Variance) Question() =>
        (tensor(new[] { 1.0, 0.25 }, [1, 2], ScalarType.Float64, CPU), 0.7 - 0.3, 0.25 + 0.0625 * 0.04);

    /// <summary>The mean of a function of N(m, v), by the rule of trapezoids.</summary>
    private static double Integral(double m, double v, Func<double, double> function)
    {
        const int Steps = 4_000;
        const double Reach = 10;
        return Enumerable.Range(0, Steps + 1).Sum(i =>
        {
            var z = -Reach + 2 * Reach * i / Steps;
            return Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * function(m + Math.Sqrt(v) * z);
        }) * 2 * Reach / Steps;
    }

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    private static double Entropy(double p) => -p * Math.Log(p) - (1 - p) * Math.Log(1 - p);

    private static double Square(double number) => number * number;
}
