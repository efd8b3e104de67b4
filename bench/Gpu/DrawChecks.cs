using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>Noise: what it is like, and what it depends on.</summary>
internal sealed class DrawChecks(CheckReport report, CheckOptions options)
{
    /// <summary>In a run without errors, some 5,000 statistics exceed five standard errors once in three hundred runs.</summary>
    private const double StandardErrors = 5;

    /// <summary>The number of single weights whose mean and variance are looked at.</summary>
    private const int Single = 100;

    public void Run(Pair pair)
    {
        using var scope = NewDisposeScope();
        var arena = Pair.ArenaOf(pair.Other);
        Tensor Drawn(long seed)
        {
            using var draw = arena.Lease.Draw(seed);
            if (arena.Families.All(family => family.Local is null))
                return draw.Draws[0].Weights.detach().clone();
            // The noise is at the outputs.
            using var _ = no_grad();
            return pair.Other.call(ones([2, 1, 28, 28], dtype: ScalarType.Float32, device: options.Device));
        }

        report.Same("one seed, one draw", Drawn(21), Drawn(21));
        report.True("another seed, another draw", !CheckReport.AreSame(Drawn(21), Drawn(22)));
        foreach (var (family, index) in arena.Families.Select((family, index) => (family, index)))
        {
            if (family.Local is not null)
                continue;
            using var part = NewDisposeScope();
            var (mean, variance) = (family.Posterior.Mean().detach(), family.Posterior.Variance().detach());
            Moments($"{options.Draws:N0} draws", mean, variance, seed =>
            {
                using var draw = arena.Lease.Draw(seed);
                return draw.Draws[index].Weights.detach().clone();
            });
        }
    }

    /// <summary>Noise at the outputs against the layer run on means and on squares.</summary>
    public void RunLocal()
    {
        using var scope = NewDisposeScope();
        using var line = new Pair(() => new BayesianNoisyLine(new()), options.Device);
        var x = new NoiseSource(31).Normal(empty([16, 12], dtype: ScalarType.Float32, device: options.Device));
        var (weight, bias) = (Posterior<GaussianPosterior>(line, "line.weight"), Posterior<GaussianPosterior>(line, "line.bias"));
        Outputs(
            "a dense layer", line, x,
            nn.functional.linear(x, weight.Mu, bias.Mu),
            nn.functional.linear(x.square(), (weight.LogSigma * 2).exp(), (bias.LogSigma * 2).exp()));

        using var plane = new Pair(() => new BayesianNoisyPlane(new()), options.Device);
        var image = new NoiseSource(32).Normal(empty([4, 2, 6, 6], dtype: ScalarType.Float32, device: options.Device));
        var kernel = Posterior<SparseDropoutPosterior>(plane, "plane.weight");
        var plain = Pair.ArenaOf(plane.Other).StateTensors().Single(entry => entry.Key == "plane.bias").Value.detach();
        Outputs(
            "a convolution", plane, image,
            nn.functional.conv2d(image, kernel.Mu, plain, padding: [1, 1]),
            nn.functional.conv2d(image.square(), kernel.LogSigma2.exp(), padding: [1, 1]));

        static TPosterior Posterior<TPosterior>(Pair pair, string key)
            where TPosterior : Posterior => Pair.ArenaOf(pair.Other).Posterior<TPosterior>(key);
    }

    /// <summary>Streams that take turns are what each is alone.</summary>
    public void RunStreams()
    {
        using var scope = NewDisposeScope();
        var like = empty([1_001], dtype: ScalarType.Float32, device: options.Device);
        List<Tensor> Alone(long seed)
        {
            var source = new NoiseSource(seed);
            return [.. Enumerable.Range(0, 6).Select(i => i == 3 ? source.Exponential(like) : source.Normal(like))];
        }

        var (first, second) = (Alone(41), Alone(42));
        var (one, other) = (new NoiseSource(41), new NoiseSource(42));
        for (var i = 0; i < 6; i++)
        {
            report.Same($"stream 41, number {i}", first[i], i == 3 ? one.Exponential(like) : one.Normal(like));
            report.Same($"stream 42, number {i}", second[i], i == 3 ? other.Exponential(like) : other.Normal(like));
        }

        var calls = one.Calls;
        var straight = one.Normal(like);
        using (one.Mirror(calls))
            report.Same("antithetic noise: the same with its signs turned", straight.neg(), one.Normal(like));
        report.True("no number of a stream is that of another", first.Concat(second).Where((_, i) => i % 6 != 3)
            .Select(tensor => tensor.sum().to(ScalarType.Float64).item<double>()).Distinct().Count() == 10);
        var exponential = new NoiseSource(43).Exponential(empty([100_000], dtype: ScalarType.Float64, device: options.Device));
        report.AtMost("exponential noise: mean, standard errors", Math.Abs(exponential.mean().item<double>() - 1) * Math.Sqrt(100_000),
            StandardErrors);
        report.True("exponential noise: positive and finite", exponential.gt(0).logical_and(exponential.isfinite()).all().item<bool>());
    }

    private void Outputs(string what, Pair pair, Tensor inputs, Tensor mean, Tensor variance) =>
        Moments($"{what}, {options.Draws:N0} draws", mean.detach(), variance.detach(), seed =>
        {
            using var _ = no_grad();
            using var draw = Pair.ArenaOf(pair.Other).Lease.Draw(seed);
            return pair.Other.call(inputs);
        });

    /// <summary>
    /// Means and variances of draws against the closed form, in standard errors: of all numbers together, which finds any bias, and of some
    /// of them one by one. The error of a variance is taken from the draws, since not every family is Gaussian.
    /// </summary>
    private void Moments(string what, Tensor mean, Tensor variance, Func<long, Tensor> draw)
    {
        var deviation = variance.sqrt();
        var (first, second, fourth) = (Zeros(), Zeros(), Zeros());

        // Weights of a unit or a layer share scales, so that only draws are independent of each other.
        List<(double Mean, double Square)> draws = [];
        for (var seed = 0; seed < options.Draws; seed++)
        {
            using var step = NewDisposeScope();
            var standard = ((draw(1_000 + seed) - mean) / deviation).to(ScalarType.Float64);
            var square = standard.square();
            first.add_(standard);
            second.add_(square);
            fourth.add_(square.square());
            draws.Add((standard.mean().item<double>(), square.mean().item<double>()));
        }

        var count = (double)options.Draws;
        var (ofMean, ofSquare, ofFourth) = (first.flatten().cpu() / count, second.flatten().cpu() / count, fourth.flatten().cpu() / count);
        report.AtMost($"{what}: mean of all, standard errors", Distance([.. draws.Select(one => one.Mean)], 0), StandardErrors);
        report.AtMost($"{what}: variance of all, standard errors", Distance([.. draws.Select(one => one.Square)], 1), StandardErrors);
        var some = arange(0, ofMean.numel(), Math.Max(1, ofMean.numel() / Single), dtype: ScalarType.Int64, device: CPU);
        report.AtMost($"{what}: means of {some.numel()}, standard errors",
            CheckReport.Largest(ofMean[some]) * Math.Sqrt(count), StandardErrors);
        report.AtMost($"{what}: variances of {some.numel()}, standard errors",
            CheckReport.Largest((ofSquare - 1)[some] / ((ofFourth - ofSquare.square())[some] / count).sqrt()), StandardErrors);

        Tensor Zeros() => zeros(mean.shape, dtype: ScalarType.Float64, device: mean.device);
    }

    /// <summary>How far the mean of independent numbers is from what is expected, in its standard errors.</summary>
    private static double Distance(IReadOnlyList<double> numbers, double expected)
    {
        var mean = numbers.Average();
        var error = Math.Sqrt(numbers.Sum(number => (number - mean) * (number - mean)) / (numbers.Count - 1) / numbers.Count);
        return Math.Abs(mean - expected) / error;
    }
}
