using BayesGen.Parameters;

namespace BayesGen.Likelihoods;

/// <summary>
/// What the targets of a network are: said once, for training, evaluation, prediction and metrics. It reads the outputs of the network,
/// holds targets against them, gives the loss on the data, and decides what a prediction is.
/// </summary>
/// <remarks>
/// A trainer notes the likelihood of its options on the network, and state files carry it, so that <c>model.Predict(x)</c> and
/// <c>model.Evaluate(data)</c> know it. A value that never changes; two of the same kind and numbers are equal. What is none of these is a
/// <see cref="FitLoss"/> of your own.
/// <para>
/// Over places (segmentation, labels or numbers of a sequence) the second dimension of the outputs is what a place without company would
/// have, and the places follow: [N, C, places]. The fit of an example is the sum over its places, so that the divergence is weighed
/// rightly.
/// </para>
/// </remarks>
public abstract class Likelihood : IEquatable<Likelihood>
{
    /// <summary>The label that counts for nothing where nobody says another one, as in PyTorch.</summary>
    public const long UsualIgnoredLabel = TargetShapes.Ignored;

    private FitLoss? _fitLoss;

    private protected Likelihood()
    {
    }

    /// <summary>
    /// Classes that exclude each other. Outputs are logits [N, C], at least two, targets class numbers [N] of a whole dtype; over places
    /// [N, C, places] and [N, places]. Probabilities of the outputs' shape are targets for the training too: from 0 and with a sum of 1
    /// over the classes, or 0 for all of them where there is no label.
    /// </summary>
    /// <param name="ignoredLabel">A label that says that there is none: it adds nothing, and no metric counts it.</param>
    /// <param name="classWeights">
    /// For each class what an example of it counts in the fit, positive; null counts all alike. They are taken as they are. A network
    /// trained so gives classes of large weight too much probability: with weights w it learns w_c p_c / sum_k w_k p_k. For decisions whose
    /// mistakes differ in cost use a <c>CostMatrix</c> on probabilities without weights.
    /// </param>
    /// <param name="labelSmoothing">
    /// The part of each label that is spread over all classes evenly, 0 to below 1: Szegedy et al., "Rethinking the Inception Architecture
    /// for Computer Vision", 2016.
    /// </param>
    public static ClassLikelihood Categorical(
        long ignoredLabel = UsualIgnoredLabel, IReadOnlyList<double>? classWeights = null, double labelSmoothing = 0) =>
        new CategoricalLikelihood(ignoredLabel, classWeights, labelSmoothing);

    /// <summary>
    /// Yes or no, from one logit z each: p = 1 / (1 + exp(-z)). Outputs are [N] or [N, 1] with as many targets 0 and 1; with several
    /// questions for each example (labels that do not exclude each other) [N, K], and places may follow. Targets between 0 and 1 are for
    /// the training alone.
    /// </summary>
    /// <param name="positiveWeight">
    /// What a yes counts in the fit, positive; 1 counts it as a no. A network trained so gives yes too much probability: with weight w it
    /// learns w p / (w p + 1 - p).
    /// </param>
    /// <param name="ignoredLabel">A label that says that there is none: it adds nothing, and no metric counts it.</param>
    public static ClassLikelihood Bernoulli(double positiveWeight = 1, long ignoredLabel = UsualIgnoredLabel) =>
        new BernoulliLikelihood(positiveWeight, ignoredLabel);

    /// <summary>
    /// Numbers with Gaussian noise that is known. Outputs are means, [N] or [N, D], places may follow; targets are as many.
    /// </summary>
    /// <param name="sigma">The standard deviation of the noise, in units of the target; positive.</param>
    public static RegressionLikelihood Gaussian(double sigma) => new GaussianLikelihood(sigma);

    /// <summary>
    /// Numbers with Gaussian noise that the network gives: outputs [N, 2 D], first D means, then D logarithms of variances; targets [N, D],
    /// or [N] where D is 1; places may follow both. For one sigma that is the same for all inputs the last line of the network's forward is
    /// <c>GaussianNoise.Join(mean, logSigma)</c> with a parameter made by <c>GaussianNoise.LogSigma</c>.
    /// </summary>
    public static RegressionLikelihood LearnedGaussian { get; } = new GaussianLikelihood(sigma: null);

    /// <summary>
    /// Numbers with noise of heavy tails, mean + scale t with Student's t: outliers pull the fit by a bounded force. Outputs are as under
    /// <see cref="Gaussian"/> where the scale is given; where it is null as under <see cref="LearnedGaussian"/>, means and then logarithms
    /// of scale^2.
    /// </summary>
    /// <param name="degreesOfFreedom">
    /// nu, above 2, where the variance scale^2 nu / (nu - 2) is finite; the smaller, the heavier the tails, 4 is usual for data with
    /// outliers.
    /// </param>
    /// <param name="scale">The scale of the noise, in units of the target, positive; null learns it.</param>
    /// <remarks>Lange, Little, Taylor, "Robust Statistical Modeling Using the t Distribution", 1989.</remarks>
    public static RegressionLikelihood StudentT(double degreesOfFreedom = 4, double? scale = null) =>
        new StudentTLikelihood(degreesOfFreedom, scale);

    /// <summary>
    /// Counts, 0, 1, 2 and on. Outputs are logarithms of rates, [N] or [N, D], places may follow; targets are as many. A prediction's mean
    /// is the rate; add the logarithm of an exposure (time, area) to the output in forward.
    /// </summary>
    public static RegressionLikelihood Poisson { get; } = new PoissonLikelihood();

    /// <summary>
    /// The likelihood that a fit loss is the negative logarithm of; null where it is none of those here. <see cref="FitLoss.SquaredError"/>
    /// is none: it names no noise that a prediction could be made of.
    /// </summary>
    /// <param name="fitLoss">The fit loss.</param>
    public static Likelihood? Of(FitLoss fitLoss)
    {
        ArgumentNullException.ThrowIfNull(fitLoss);
        return fitLoss == FitLoss.CrossEntropy ? Categorical()
            : fitLoss == FitLoss.BinaryCrossEntropy ? Bernoulli()
            : fitLoss == FitLoss.LearnedGaussian ? LearnedGaussian
            : fitLoss.KnownSigma is { } sigma ? Gaussian(sigma)
            : null;
    }

    /// <summary>The negative log-likelihood, summed over outputs and places: what a training under this likelihood minimizes.</summary>
    public FitLoss FitLoss => _fitLoss ??= MakeFitLoss();

    /// <summary>
    /// Holds targets against the likelihood: dtype and range. A trainer does so before it begins, where the data is at hand.
    /// </summary>
    /// <param name="targets">The targets; the first dimension is the example.</param>
    /// <exception cref="ArgumentException">One does not fit; the message names its row, what it is, and what is expected.</exception>
    public void CheckTargets(Tensor targets) => RequireTargets(targets, "example {0}");

    /// <summary>Whether the other is of the same kind and numbers.</summary>
    /// <param name="other">The other one, or null.</param>
    public bool Equals(Likelihood? other) => other is not null && Text == other.Text;

    /// <summary>The kind and its numbers, in words.</summary>
    public abstract override string ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Likelihood);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    /// <summary>As it is written on a network and into state files: see <see cref="LikelihoodText"/>.</summary>
    internal string Text => LikelihoodText.Of(this);

    /// <summary>What an evaluation measures where nobody names a metric; null measures nothing.</summary>
    internal virtual Reporting.Metric? UsualMetric(Tensor output, Tensor targets) => null;

    /// <summary>Kind and numbers, as they are written down.</summary>
    internal abstract LikelihoodText.Entry Written { get; }

    /// <summary>The likelihood that a text stands for; see <see cref="Text"/>.</summary>
    internal static Likelihood Read(string text) => LikelihoodText.Read(text);

    /// <summary>Holds targets against the likelihood; the format says what a row is.</summary>
    internal abstract void RequireTargets(Tensor targets, string row);

    /// <summary>
    /// The least number of logits that an output must have for the targets to be classes of it, with words about the row that asks for
    /// them; 0 where targets ask for none.
    /// </summary>
    internal virtual (long Least, string Words) LogitsFor(Tensor targets) => (0, "");

    private protected abstract FitLoss MakeFitLoss();
}
