using BayesGen.Kernels;
using BayesGen.Prediction;

namespace BayesGen;

/// <summary>
/// How a fit loss puts the examples of a batch together. It is a matter of examples alone: within an example, over its outputs or places, a
/// log-likelihood is a sum.
/// </summary>
public enum FitReduction
{
    /// <summary>
    /// It returns the mean over the examples. A mean over places or outputs as well (<c>mse_loss</c> of several outputs,
    /// <c>cross_entropy</c> of [N, C, L]) is too small by their number, so that the divergence weighs that many times too much: take the
    /// sum and declare it.
    /// </summary>
    Mean,

    /// <summary>It returns the sum over the examples and all that belongs to them; the trainer divides by the number of examples.</summary>
    Sum,
}

/// <summary>
/// The loss on the data, with its reduction declared, so that the trainer always works with the mean per example and the divergence is
/// weighed against it rightly. Where it is the likelihood of targets of a usual kind, say that instead: <see
/// cref="Likelihoods.Likelihood"/> gives the loss, and predictions know it too. A fit loss is for everything else.
/// </summary>
/// <remarks>
/// The losses here check that targets fit the outputs, since Torch would broadcast [N] against [N, 1] to N x N, and bring targets of
/// another dtype to that of the outputs.
/// </remarks>
/// <param name="Name">The name in reports.</param>
/// <param name="Compute">From the network's output and the targets to a scalar tensor.</param>
/// <param name="Reduction">What the scalar is.</param>
public sealed record FitLoss(string Name, Func<Tensor, Tensor, Tensor> Compute, FitReduction Reduction = FitReduction.Mean)
{
    /// <summary>
    /// The negative log-likelihood of classes. Outputs are logits [N, C] with class numbers [N], or [N, C, places] with [N, places], where
    /// the fit of an example is the sum over its places. Targets of the outputs' shape are probabilities of the classes.
    /// </summary>
    /// <remarks>
    /// What has the label -100 has no likelihood and adds nothing; the example counts among the N all the same, as it does in the N that
    /// shares the divergence. PyTorch's mean divides by the labels that are left.
    /// </remarks>
    public static FitLoss CrossEntropy { get; } = new("cross entropy", CrossEntropySum, FitReduction.Sum);

    /// <summary>
    /// The negative log-likelihood of yes and no, from one logit for each question, summed over the questions of an example: outputs [N] or
    /// [N, D], targets as many, 0 to 1, or -100 where there is no label, which adds nothing. For classes that exclude each other use
    /// <see cref="CrossEntropy"/>.
    /// </summary>
    public static FitLoss BinaryCrossEntropy { get; } = new(
        "binary cross entropy",
        (output, target) => BayesGen.BinaryCrossEntropy.Sum(
            output, target, positiveWeight: 1, TargetShapes.IgnoredOperand, "Binary cross entropy"),
        FitReduction.Sum);

    /// <summary>
    /// The squared error, summed over the outputs of an example and averaged over examples. As a negative log-likelihood it stands for
    /// Gaussian noise of variance 1/2. Targets are as many as outputs.
    /// </summary>
    public static FitLoss SquaredError { get; } = new(
        "squared error",
        (output, target) => nn.functional.mse_loss(output, TargetShapes.LikeOutputs(output, target, "The squared error"), nn.Reduction.Sum),
        FitReduction.Sum);

    /// <summary>
    /// The negative log-likelihood of Gaussian noise with a known standard deviation, summed over outputs. Targets are as many as outputs.
    /// </summary>
    /// <param name="sigma">The standard deviation of the noise, in units of the target; positive.</param>
    public static FitLoss Gaussian(double sigma)
    {
        if (!double.IsFinite(sigma) || sigma <= 0)
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The standard deviation of the noise is positive and finite.");
        var constant = Math.Log(sigma) + 0.5 * Math.Log(2 * Math.PI);
        return new FitLoss(
            "Gaussian",
            (output, target) => nn.functional.mse_loss(output, TargetShapes.LikeOutputs(output, target, "Gaussian noise"), nn.Reduction.Sum)
                .mul(Operand(0.5 / (sigma * sigma))).AddTo(Operand(constant * target.numel())),
            FitReduction.Sum)
        {
            KnownSigma = sigma,
        };
    }

    /// <summary>
    /// The negative log-likelihood of Gaussian noise that the network gives, summed over outputs: with mean m and s = log sigma^2 of each
    /// output, (s + (y - m)^2 exp(-s) + log(2 pi)) / 2. Outputs are [N, 2 D], first D means, then D logarithms of variances, targets [N, D]
    /// or, for D = 1, [N]; places may follow, [N, 2 D, places] with [N, D, places]. One learned number for all inputs is
    /// <see cref="GaussianNoise.LogSigma"/>.
    /// </summary>
    public static FitLoss LearnedGaussian { get; } = new("learned Gaussian", LearnedGaussianSum, FitReduction.Sum);

    /// <summary>
    /// The standard deviation of the Gaussian noise that it is the negative log-likelihood of; null where it is of another kind.
    /// </summary>
    internal double? KnownSigma { get; private init; }

    /// <summary>The mean loss per example.</summary>
    /// <param name="output">The network's output.</param>
    /// <param name="target">The targets; the first dimension is the example.</param>
    /// <returns>A new scalar tensor with its graph.</returns>
    public Tensor Mean(Tensor output, Tensor target)
    {
        if (target.dim() == 0 || output.dim() == 0)
            throw TargetShapes.DoNotFit(output, target, $"The fit loss '{Name}' needs batches: the first dimension of both is the example");
        var loss = Compute(output, target);
        if (loss.numel() != 1)
            throw new InvalidOperationException(
                $"The fit loss '{Name}' returned shape {TargetShapes.Shape(loss)}; it returns a scalar, the {Reduction} over the batch.");
        return Reduction == FitReduction.Mean ? loss : loss.DivideBy(target.size(0));
    }

    private static Tensor CrossEntropySum(Tensor output, Tensor target) => nn.functional.cross_entropy(
        output, TargetShapes.Classes(output, target, "Cross entropy"), ignore_index: TargetShapes.Ignored, reduction: nn.Reduction.Sum);

    private static Tensor LearnedGaussianSum(Tensor output, Tensor target)
    {
        if (output.dim() < 2 || output.size(1) % 2 != 0)
            throw Misfit();
        var halves = output.chunk(2, 1);
        var (mean, logVariance) = (halves[0], halves[1]);
        if (!TargetShapes.SameButOnes(mean, target))
            throw Misfit();
        var rows = TargetShapes.LikeOutputs(mean, target, "Learned noise");
        var squares = rows.Subtract(mean).Squared() * (-logVariance).exp();
        return logVariance.AddTo(squares).AddTo(Operand(Math.Log(2 * Math.PI))).sum() * Operand(0.5);

        ArgumentException Misfit() => TargetShapes.DoNotFit(
            output, target, "Learned noise needs outputs [N, 2 D], means and then logarithms of variances, for targets [N, D]");
    }
}
