using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Baselines;

/// <summary>SWAG against a walk whose distribution is known, and how it predicts and is put back.</summary>
public sealed class SwagTests
{
    /// <summary>
    /// SGD at rate e on the loss sum_i h_i (w_i - x_i)^2 / 2, whose x is another draw of N(m, V) at each step: w becomes
    /// (1 - e h) w + e h x, which settles at mean m and covariance e^2 h_i h_j V_ij / (1 - (1 - e h_i)(1 - e h_j)).
    /// </summary>
    [Trait("Lane", "Slow")]
    [Fact]
    public void OnAQuadraticTheMomentsAreThoseOfTheWalk()
    {
        const double Rate = 0.2;
        const int Steps = 6_000;
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        double[] h = [1.0, 2.5], center = [3.0, -1.0];
        double[,] v = { { 1.0, 0.6 }, { 0.6, 0.8 } };
        using var network = Linear(2, 1, hasBias: false);
        network.to(ScalarType.Float64);
        using (no_grad())
            network.weight.copy_(tensor(center, [1, 2]));
        using var optimizer = new FlatSgd([network.weight], Rate);
        using var swag = new Swag(network, new SwagOptions { Rank = Steps });
        var root = linalg.cholesky(tensor(v));
        var noise = randn(Steps, 2, dtype: ScalarType.Float64).mm(root.t()) + tensor(center);
        var scale = tensor(h);
        for (var step = 0; step < Steps; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            (scale * (network.weight[0] - noise[step]).square() / 2).sum().backward();
            optimizer.step();
            swag.Collect();
        }

        Assert.Equal((Steps, Steps), (swag.Collected, swag.Rank));

        // The answer to the unit vectors are the weights; to their sum, the sum: its variance has the covariance in it.
        var x = tensor(new[,] { { 1.0, 0 }, { 0, 1.0 }, { 1.0, 1.0 } });
        var prediction = swag.Predict(x, GaussianNoise.Fixed(1), samples: 1_500);
        double Covariance(int i, int j) => Rate * Rate * h[i] * h[j] * v[i, j] / (1 - (1 - Rate * h[i]) * (1 - Rate * h[j]));

        // Half of it is the diagonal, which knows no covariance: of 2 cov one is left.
        double[] expected = [Covariance(0, 0), Covariance(1, 1), Covariance(0, 0) + Covariance(1, 1) + Covariance(0, 1)];
        for (var i = 0; i < 3; i++)
            Assert.Equal(1, prediction.EpistemicVariance[i][0] / expected[i], 0.15);
        Assert.Equal(center[0], prediction.Mean[0][0], 0.1);
        Assert.Equal(center[1], prediction.Mean[1][0], 0.1);
    }

    [Fact]
    public void MomentsAreThoseOfTheWeightsThatWereCollected()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        using var moments = new SwagMoments(rank: 3);
        var walk = 5 + 1e-4 * randn(10, 4, dtype: ScalarType.Float64);
        for (var i = 0; i < 10; i++)
            moments.Add(walk[i]);
        Assert.True(moments.Mean.allclose(walk.mean([0]), rtol: 1e-12));
        Assert.True(moments.Variances().allclose(walk.var([0], unbiased: false), rtol: 1e-9));
        Assert.Equal(3, moments.Kept);

        // Samples leave the mean along the last three deviations and by the variances: that is their covariance.
        Tensor[] deviations = [.. Enumerable.Range(7, 3).Select(i => walk[i] - walk[..(i + 1)].mean([0]))];
        var expected = diag(moments.Variances()) / 2
            + deviations.Select(one => one.outer(one)).Aggregate((sum, one) => sum + one) / (2 * (3 - 1));
        var samples = stack([.. Enumerable.Range(0, 6_000).Select(i => moments.Sample(new NoiseSource(i)) - moments.Mean)], 0);
        var found = samples.t().mm(samples) / 6_000;
        Assert.True(((found - expected).abs().max() < 0.12 * expected.abs().max()).item<bool>());
    }

    [Fact]
    public void WithoutARankTheWholeVarianceIsTheDiagonal()
    {
        using var scope = NewDisposeScope();
        using var moments = new SwagMoments(rank: 0);
        foreach (var one in (double[])[0, 2, 4])
            moments.Add(tensor(new[] { one }));
        Assert.Equal(0, moments.Kept);
        Assert.Equal(8.0 / 3, moments.Variances().item<double>(), 1e-12);
        var samples = stack([.. Enumerable.Range(0, 6_000).Select(i => moments.Sample(new NoiseSource(i)))], 0);
        Assert.Equal(8.0 / 3, samples.var().item<double>(), 0.25);
    }

    [Trait("Lane", "Slow")]
    [Fact]
    public void ItTrainsWalksAndPutsTheWeightsBack()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        var targets = arange(200, dtype: ScalarType.Int64).remainder(2);
        using var data = new TensorDataSet(randn(200, 3) + targets.unsqueeze(1) * 2, targets);
        var options = new TrainerOptions { Epochs = 5, BatchSize = 20, Seed = 3 };
        random.manual_seed(9);
        var next = rand(1).item<float>();
        random.manual_seed(9);
        using var swag = Swag.Train(Network, data, options, new SwagOptions { Epochs = 6, Rank = 4, LearningRate = 0.05 });
        Assert.Equal(next, rand(1).item<float>());
        using var again = Swag.Train(Network, data, options, new SwagOptions { Epochs = 6, Rank = 4, LearningRate = 0.05 });
        Assert.Equal((6, 4, 5), (swag.Collected, swag.Rank, swag.Training!.Epochs.Count));
        var first = swag.EvaluatePredictions(data);
        Assert.True(first.Accuracy > 0.8);
        Assert.True(first.Prediction.MutualInformation.Max() > 0);
        Assert.Equal(first.Prediction.Probabilities[0], swag.Predict(data.Inputs).Probabilities[0]);
        Assert.Equal(first.Prediction.Probabilities[0], again.Predict(data.Inputs).Probabilities[0]);
        var table = Comparison.Of(("SWAG", first), ("again", again.EvaluatePredictions(data))).ToString();
        Assert.Contains("| SWAG |", table);

        using var own = Network();
        using var mine = new Swag(own);
        Assert.Contains("has 0", Assert.Throws<InvalidOperationException>(() => mine.Predict(data.Inputs)).Message);
        mine.Collect();
        using (no_grad())
            own.parameters().First().add_(0.3f);
        mine.Collect();
        var before = own.parameters().Select(parameter => parameter.clone()).ToList();
        own.train();
        mine.Predict(data.Inputs, samples: 3);
        Assert.True(own.training);
        Assert.All(before.Zip(own.parameters()), pair => Assert.True(TensorBits.Same(pair.First, pair.Second)));

        static Sequential Network() => Sequential(("hidden", Linear(3, 6)), ("relu", ReLU()), ("output", Linear(6, 2)));
    }

    [Fact]
    public void WhatItIsNotForIsRefusedInWords()
    {
        using var norm = new Dropped();
        Assert.Contains("'norm' is a BatchNorm1d", Assert.Throws<NotSupportedException>(() => new Swag(norm)).Message);
        using var wrapped = new DeterministicModel<Linear>(Linear(2, 1));
        Assert.Contains("give the plain network", Assert.Throws<ArgumentException>(() => new Swag(wrapped)).Message);
        using var line = Linear(2, 1);
        Assert.Contains("at least 2", Assert.Throws<ArgumentOutOfRangeException>(() => new Swag(line, new() { Rank = 1 })).Message);
    }
}
