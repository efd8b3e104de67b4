using System.Globalization;
using System.Text.Json.Serialization;
using BayesGen.Likelihoods;

namespace BayesGen.Prediction;

/// <summary>
/// What a posterior over networks says about the classes of some examples, and how sure it is. Plain numbers: nothing to dispose, safe to
/// hand to other threads. As JSON it is one object for each example, and can be read back; <see cref="ToString"/> has a line for each.
/// </summary>
/// <remarks>
/// With p_k the class probabilities of draw k and p = mean_k p_k, in nats and for each example: total uncertainty H(p) splits into the
/// expected entropy mean_k H(p_k), which more data would not remove (aleatoric), and the mutual information between class and weights,
/// the difference of the two, which is large where the draws disagree (epistemic). Depeweg et al., "Decomposition of Uncertainty in
/// Bayesian Deep Learning", 2018; Houlsby et al., "Bayesian Active Learning for Classification and Preference Learning", 2011.
/// </remarks>
[JsonConverter(typeof(ClassPredictionJson))]
public sealed class ClassPrediction
{
    private const int Shown = 10;

    internal ClassPrediction(
        int samples,
        IReadOnlyList<double[]> probabilities,
        IReadOnlyList<double> entropy,
        IReadOnlyList<double> expectedEntropy,
        IReadOnlyList<IReadOnlyList<double[]>>? outputs,
        (IReadOnlyList<int> Classes, IReadOnlyList<double> MutualInformation)? known = null)
    {
        Samples = samples;
        Probabilities = probabilities;
        Entropy = entropy;
        ExpectedEntropy = expectedEntropy;
        // Never negative by Jensen's inequality; rounding may take it there by some 1e-16.
        MutualInformation = known?.MutualInformation
            ?? [.. entropy.Zip(expectedEntropy, (total, expected) => Math.Max(0, total - expected))];
        Classes = known?.Classes ?? [.. probabilities.Select(ClassificationMetrics.TopClass)];
        Confidence = [.. probabilities.Select(row => row.Max())];
        Outputs = outputs;
    }

    /// <summary>The number of draws.</summary>
    public int Samples { get; }

    /// <summary>The number of rows: of examples, or of the places of all examples where each has several.</summary>
    public int Count => Probabilities.Count;

    /// <summary>
    /// The number of places of an example: pixels, steps of a sequence, questions of yes and no. Place p of example i is row
    /// i * Places + p. 1 where an example has one answer, and where the sequences of batches differ in length.
    /// </summary>
    public int Places { get; internal init; } = 1;

    /// <summary>Example and place of each row where some rows were left out; null where all are there.</summary>
    internal IReadOnlyList<AnswerRow>? KnownRows { get; init; }

    /// <summary>Example and place of each row.</summary>
    internal IReadOnlyList<AnswerRow> Rows => KnownRows ?? AnswerRow.All(Count, Places);

    /// <summary>For each example the mean over the draws of the probability of each class.</summary>
    public IReadOnlyList<double[]> Probabilities { get; }

    /// <summary>For each example the most probable class; of equals the first.</summary>
    public IReadOnlyList<int> Classes { get; }

    /// <summary>For each example the probability of that class, 1/C to 1.</summary>
    public IReadOnlyList<double> Confidence { get; }

    /// <summary>For each example the predictive entropy H(p), nats, 0 to log C.</summary>
    public IReadOnlyList<double> Entropy { get; }

    /// <summary>For each example the expected entropy over the draws, nats: the aleatoric part.</summary>
    public IReadOnlyList<double> ExpectedEntropy { get; }

    /// <summary>For each example the mutual information of class and weights, nats: the epistemic part.</summary>
    public IReadOnlyList<double> MutualInformation { get; }

    /// <summary>
    /// The logits of every draw, then example, then class, where <see cref="PredictionOptions.KeepOutputs"/> asked for them; else null.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<double[]>>? Outputs { get; }

    /// <summary>A line for each of the first examples: class, confidence, and what its uncertainty is made of.</summary>
    public override string ToString() => string.Join(
        Environment.NewLine,
        [
            string.Create(CultureInfo.InvariantCulture, $"{Count:N0} examples, {Samples} draws"),
            .. Enumerable.Range(0, Math.Min(Count, Shown)).Select(i => string.Create(
                CultureInfo.InvariantCulture,
                $"{i}: class {Classes[i]}, confidence {Confidence[i]:F3}, entropy {Entropy[i]:F3} nats, of which mutual information "
                + $"{MutualInformation[i]:F3}")),
            .. Count > Shown ? [string.Create(CultureInfo.InvariantCulture, $"... and {Count - Shown:N0} more")] : Array.Empty<string>(),
        ]);

    /// <summary>The answers at one place alone: of one question of several, or of one step of a sequence.</summary>
    /// <param name="place">The place, from 0.</param>
    /// <returns>A prediction with a row for each example, and without places.</returns>
    /// <exception cref="ArgumentException">The prediction has no such place.</exception>
    public ClassPrediction OfPlace(int place) => Of(AnswerRow.At(place, Rows));

    /// <summary>
    /// A prediction from the logits of networks that were run elsewhere: one plain network, or the members of an ensemble.
    /// </summary>
    /// <param name="logits">For each network logits [N, C] of the same examples.</param>
    /// <exception cref="ArgumentException">There are none, or their shapes differ.</exception>
    /// <exception cref="InvalidOperationException">They are not logits of several classes, or NaN.</exception>
    public static ClassPrediction Of(params IReadOnlyList<Tensor> logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (logits is [{ } first, ..] && (first.dim() != 2 || first.shape[1] < 2))
            throw new InvalidOperationException(
                $"The outputs have shape [{string.Join(", ", first.shape)}], and logits of classes are [N, C] with at least two classes. "
                + "Say what they are: ClassPrediction.Of(Likelihood.Bernoulli(), outputs) for yes or no, "
                + "ClassPrediction.Of(Likelihood.Categorical(), outputs) for places, [N, C, places]. Numbers are a "
                + "RegressionPrediction.Of(likelihood, outputs).");
        return Sum(likelihood: null, logits);
    }

    /// <summary>The same by a likelihood: answers of yes and no, and logits over places too.</summary>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="outputs">For each network its outputs for the same examples.</param>
    public static ClassPrediction Of(ClassLikelihood likelihood, params IReadOnlyList<Tensor> outputs)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        return Sum(likelihood, outputs);
    }

    private static ClassPrediction Sum(ClassLikelihood? likelihood, IReadOnlyList<Tensor> outputs)
    {
        var sums = new ClassSums(likelihood, keepOutputs: false);
        OutputsOfNetworks.AddTo(sums, outputs);
        return sums.Finish();
    }

    /// <summary>Some of the rows, in order: a prediction without places.</summary>
    internal ClassPrediction Of(IReadOnlyList<int> rows)
    {
        return new ClassPrediction(
            Samples, Chosen(Probabilities), Chosen(Entropy), Chosen(ExpectedEntropy),
            Outputs is null ? null : [.. Outputs.Select(Chosen)], (Chosen(Classes), Chosen(MutualInformation)))
        {
            KnownRows = Chosen(Rows),
        };

        IReadOnlyList<T> Chosen<T>(IReadOnlyList<T> all) => [.. rows.Select(row => all[row])];
    }
}
