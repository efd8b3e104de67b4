using BayesGen.Mpi.Shards;
using BayesGen.Noise;
using BayesGen.Parameters;
using BayesGen.Prediction;

namespace BayesGen.Mpi;

/// <summary>Predictions of many examples, each rank a part of them; every rank gets all answers.</summary>
public static class MpiPredictionExtensions
{
    private const int UsualSamples = 30;

    /// <summary>Predicts classes from logits [N, C]: the same numbers as <c>model.Predict</c>, at any number of ranks.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="group">The processes; all of them call.</param>
    /// <param name="model">The network, the same on every rank.</param>
    /// <param name="x">All inputs, on every rank; the first dimension is the example.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    public static ClassPrediction Predict<TModel>(
        this MpiGroup group, TModel model, Tensor x, int samples = UsualSamples, PredictionOptions? options = null)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        Require(group, model, x);
        var parts = group.Collect(Fingerprint(x, samples, options), () => Part(
            group, x, options, (part, own) => Written(model.Predict(part, samples, own))));
        var outputs = options?.KeepOutputs == true ? Enumerable.Range(0, samples).Select(_ => new List<double[]>()).ToList() : null;
        var places = 1;
        var (probabilities, entropy, expected) = (new List<double[]>(), new List<double>(), new List<double>());
        foreach (var part in parts.Where(part => part.Length > 0))
        {
            var classes = (int)part[0];
            places = (int)part[1];
            for (var at = 2; at < part.Length;)
            {
                probabilities.Add(Next(part, ref at, classes));
                entropy.Add(part[at++]);
                expected.Add(part[at++]);
                foreach (var draw in outputs ?? [])
                    draw.Add(Next(part, ref at, classes));
            }
        }

        return new ClassPrediction(
            samples, probabilities, entropy, expected,
            outputs is null ? null : [.. outputs.Select(IReadOnlyList<double[]> (draw) => draw)])
        {
            Places = places,
        };
    }

    /// <summary>Predicts numbers: for each output a mixture of Gaussians, the same as <c>model.Predict</c> gives.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="group">The processes; all of them call.</param>
    /// <param name="model">The network, the same on every rank.</param>
    /// <param name="x">All inputs, on every rank; the first dimension is the example.</param>
    /// <param name="noise">What the network's outputs mean, and the noise around them.</param>
    /// <param name="samples">The number of samples of the weights, at least 1.</param>
    /// <param name="options">Seed, batch size and more; null is the defaults.</param>
    public static RegressionPrediction Predict<TModel>(
        this MpiGroup group, TModel model, Tensor x, GaussianNoise noise, int samples = UsualSamples, PredictionOptions? options = null)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        Require(group, model, x);
        ArgumentNullException.ThrowIfNull(noise);
        var parts = group.Collect(Fingerprint(x, samples, options), () => Part(
            group, x, options, (part, own) => Written(model.Predict(part, noise, samples, own))));
        var (means, variances) = (new List<double[][]>(), new List<double[][]>());
        var (outputs, draws, places) = (0, samples, 1);
        foreach (var part in parts.Where(part => part.Length > 0))
        {
            (outputs, draws, places) = ((int)part[0], (int)part[1], (int)part[2]);
            for (var at = 3; at < part.Length;)
            {
                means.Add(Rows(part, ref at));
                variances.Add(Rows(part, ref at));
            }
        }

        return new RegressionPrediction(draws, outputs, means, variances) { Places = places };

        double[][] Rows(double[] part, ref int at)
        {
            var rows = new double[outputs][];
            for (var i = 0; i < outputs; i++)
                rows[i] = Next(part, ref at, draws);
            return rows;
        }
    }

    private static void Require(MpiGroup group, object model, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(x);
    }

    /// <summary>This rank's batches of the inputs, whole ones, so that every batch is what it would be in one process.</summary>
    private static double[] Part(
        MpiGroup group, Tensor x, PredictionOptions? options, Func<Tensor, PredictionOptions, double[]> predict)
    {
        options ??= new PredictionOptions();
        var size = options.BatchSize;
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, nameof(options));
        if (x.dim() == 0 || x.shape[0] == 0)
            return predict(x, options);
        var batches = (x.shape[0] + size - 1) / size;
        var first = batches * group.Rank / group.Size * size;
        var end = Math.Min(x.shape[0], batches * (group.Rank + 1) / group.Size * size);
        if (first >= end)
            return [];
        using var part = x.narrow(0, first, end - first);
        return predict(part, options with { FirstExample = (int)first });
    }

    /// <summary>The same in every process, as the hash code of an object is not.</summary>
    private static ulong Fingerprint(Tensor x, int samples, PredictionOptions? options)
    {
        var own = options ?? new PredictionOptions();
        long[] asked = [samples, own.Seed, own.BatchSize, own.KeepOutputs ? 1 : 0];
        return BatchFingerprint.Of((ulong)asked.Aggregate(0L, NoiseSource.Mixed), x);
    }

    private static double[] Written(ClassPrediction prediction)
    {
        var numbers = new List<double> { prediction.Probabilities[0].Length, prediction.Places };
        for (var i = 0; i < prediction.Count; i++)
        {
            numbers.AddRange(prediction.Probabilities[i]);
            numbers.Add(prediction.Entropy[i]);
            numbers.Add(prediction.ExpectedEntropy[i]);
            foreach (var draw in prediction.Outputs ?? [])
                numbers.AddRange(draw[i]);
        }

        return [.. numbers];
    }

    private static double[] Written(RegressionPrediction prediction)
    {
        var numbers = new List<double> { prediction.Outputs, prediction.Samples, prediction.Places };
        for (var i = 0; i < prediction.Count; i++)
        {
            for (var output = 0; output < prediction.Outputs; output++)
                numbers.AddRange(prediction.MeansOfSamples(i, output));
            for (var output = 0; output < prediction.Outputs; output++)
                numbers.AddRange(prediction.VariancesOfSamples(i, output));
        }

        return [.. numbers];
    }

    private static double[] Next(double[] part, ref int at, int count)
    {
        var row = part[at..(at + count)];
        at += count;
        return row;
    }
}
