using BayesGen.Prediction;

namespace BayesGen.Laplace;

/// <summary>
/// Collects Gaussians of numbers: outputs are [N, 3 D], means, then variances, then the part of them that is of the weights.
/// </summary>
internal sealed class GaussianSums : IPredictiveSums
{
    private readonly List<double[][]> _batch = [];
    private readonly List<double[][]> _means = [];
    private readonly List<double[][]> _variances = [];
    private readonly List<double[]> _ofWeights = [];
    private int _samples;
    private int _outputs;

    public int Examples => _means.Count;

    public void Add(Tensor output)
    {
        _outputs = (int)output.shape[1] / 3;
        _batch.Add(PlainNumbers.Of(output));
    }

    public void EndBatch(Tensor? inputs = null)
    {
        _samples = _batch.Count;
        var first = Examples;
        for (var i = 0; i < _batch[0].Length; i++)
        {
            var row = i;
            _means.Add(Each((draw, d) => draw[row][d]));
            _variances.Add(Each((draw, d) => draw[row][_outputs + d]));
            _ofWeights.Add([.. Enumerable.Range(0, _outputs).Select(d => _batch.Average(draw => draw[row][2 * _outputs + d]))]);
        }

        var numbers = _means.Skip(first).Zip(_variances.Skip(first), (mean, variance) => mean.Concat(variance));
        AnswerCheck.Require([.. numbers.Select(example => example.SelectMany(draws => draws).ToArray())], first, inputs);
        _batch.Clear();

        double[][] Each(Func<double[][], int, double> read) =>
            [.. Enumerable.Range(0, _outputs).Select(d => _batch.Select(draw => read(draw, d)).ToArray())];
    }

    /// <summary>What is known about all examples.</summary>
    public RegressionPrediction Finish() => new(
        _samples, _outputs, _means, _variances, _ofWeights.Exists(row => row.Any(part => part != 0)) ? _ofWeights : null);
}
