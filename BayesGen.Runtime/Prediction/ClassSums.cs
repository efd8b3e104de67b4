using BayesGen.Likelihoods;

namespace BayesGen.Prediction;

/// <summary>Sums up class probabilities over draws; what is in memory is one batch and the numbers of the examples.</summary>
/// <param name="likelihood">What the outputs are; null is logits [N, C] of classes.</param>
/// <param name="keepOutputs">Whether the logits of every draw are kept.</param>
/// <param name="firstExample">The number of the first example in errors.</param>
internal sealed class ClassSums(ClassLikelihood? likelihood, bool keepOutputs, int firstExample = 0) : IPredictiveSums
{
    private static readonly ClassLikelihood Usual = Likelihood.Categorical();

    /// <summary>Where nobody has said what the outputs are, there is no telling the places of [N, places, C] from classes.</summary>
    private const int DimensionsWithoutPlaces = 2;

    private readonly List<double[]> _probabilities = [];
    private readonly List<double> _entropy = [];
    private readonly List<double> _expectedEntropy = [];
    private readonly List<List<double[]>> _outputs = [];
    private Tensor? _sumOfProbabilities;
    private Tensor? _sumOfEntropies;
    private int _draws;
    private readonly PlacesOfRows _rows = new();
    private int _samples;

    public int Examples => _rows.Examples;

    public void Add(Tensor output)
    {
        if (likelihood is null && output.dim() > DimensionsWithoutPlaces)
            throw new InvalidOperationException(
                $"The network gave an output of shape [{string.Join(", ", output.shape)}]; where nobody has said what the targets are, a "
                + "prediction of classes needs logits [N, C]. For logits over places, [N, C, places], say so: Predict(x, Likelihood.Categorical()).");
        var logits = (likelihood ?? Usual).Logits(output);
        _rows.See(output.shape[0], logits.shape[0]);
        var probabilities = logits.softmax(1);
        // entr is -p log p, and 0 at p = 0, where a product with the logarithm would be NaN.
        var entropy = special.entr(probabilities).sum(1);
        if (_draws == 0)
        {
            _sumOfProbabilities = probabilities.MoveToOuterDisposeScope();
            _sumOfEntropies = entropy.MoveToOuterDisposeScope();
        }
        else
        {
            _sumOfProbabilities!.AddInPlace(probabilities);
            _sumOfEntropies!.AddInPlace(entropy);
        }

        if (keepOutputs)
        {
            if (_outputs.Count == _draws)
                _outputs.Add([]);
            _outputs[_draws].AddRange(PlainNumbers.Of(logits));
        }

        _draws++;
    }

    public void EndBatch(Tensor? inputs = null)
    {
        using var scope = NewDisposeScope();
        var mean = _sumOfProbabilities! / Operand(_draws);
        var numbers = PlainNumbers.Of(mean);
        AnswerCheck.Require(numbers, firstExample + Examples, inputs, _rows.PlacesOfBatch);
        _probabilities.AddRange(numbers);
        _entropy.AddRange(PlainNumbers.Flat(special.entr(mean).sum(1)));
        _expectedEntropy.AddRange(PlainNumbers.Flat(_sumOfEntropies! / Operand(_draws)));
        _rows.EndBatch();
        (_samples, _draws) = (_draws, 0);
    }

    /// <summary>What is known about all examples.</summary>
    public ClassPrediction Finish() => new(
        _samples, _probabilities, _entropy, _expectedEntropy,
        keepOutputs ? [.. _outputs.Select(IReadOnlyList<double[]> (draw) => draw)] : null)
    {
        Places = _rows.Places,
        KnownRows = _rows.Known,
    };
}
