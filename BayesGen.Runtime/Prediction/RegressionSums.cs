using BayesGen.Likelihoods;

namespace BayesGen.Prediction;

/// <summary>Collects the components that the draws predict: together they are the mixture that the targets are distributed by.</summary>
/// <param name="likelihood">What the outputs mean.</param>
/// <param name="firstExample">The number of the first example in errors.</param>
internal sealed class RegressionSums(RegressionLikelihood likelihood, int firstExample = 0) : IPredictiveSums
{
    public RegressionSums(GaussianNoise noise, int firstExample = 0)
        : this(noise.Likelihood, firstExample)
    {
    }

    private readonly List<Tensor> _means = [];
    private readonly List<Tensor> _variances = [];
    private readonly List<double[][]> _componentMeans = [];
    private readonly List<double[][]> _componentVariances = [];
    private readonly PlacesOfRows _rows = new();
    private int _samples;
    private int _outputs;

    public int Examples => _rows.Examples;

    public void Add(Tensor output)
    {
        var (mean, variance) = likelihood.Read(output);
        _rows.See(output.shape[0], mean.shape[0]);
        _means.Add(mean.MoveToOuterDisposeScope());
        _variances.Add(variance.MoveToOuterDisposeScope());
    }

    public void EndBatch(Tensor? inputs = null)
    {
        using var scope = NewDisposeScope();
        (_samples, _outputs) = (_means.Count, (int)_means[0].shape[1]);
        List<double[][]> means = [.. Components(_means)], variances = [.. Components(_variances)];
        AnswerCheck.Require(
            [.. means.Zip(variances, (mean, variance) => mean.Concat(variance).SelectMany(draws => draws).ToArray())],
            firstExample + Examples, inputs, _rows.PlacesOfBatch);
        _componentMeans.AddRange(means);
        _componentVariances.AddRange(variances);
        _rows.EndBatch();
        _means.Clear();
        _variances.Clear();
    }

    /// <summary>What is known about all examples.</summary>
    public RegressionPrediction Finish() => new(_samples, _outputs, _componentMeans, _componentVariances)
    {
        Density = likelihood.Density,
        Places = _rows.Places,
        KnownRows = _rows.Known,
    };

    /// <summary>The targets of the last batch, a row for each place as the predictions have them.</summary>
    public IReadOnlyList<double[]> Targets(Tensor batch) =>
        PlacesOfRows.Targets(PlainNumbers.Rows(batch), _rows.PlacesOfBatch, _outputs);

    /// <summary>For each example and output one number for each draw.</summary>
    private IEnumerable<double[][]> Components(List<Tensor> draws)
    {
        var flat = PlainNumbers.Flat(stack(draws, dim: 2));
        var size = _outputs * _samples;
        return Enumerable.Range(0, flat.Length / size).Select(example => Enumerable.Range(0, _outputs)
            .Select(output => flat[(example * size + output * _samples)..(example * size + (output + 1) * _samples)])
            .ToArray());
    }
}
