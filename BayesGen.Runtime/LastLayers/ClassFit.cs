using BayesGen.Likelihoods;

namespace BayesGen.LastLayers;

/// <summary>Finds the Gaussian last layer under which the bound on the log-likelihood of classes is highest.</summary>
/// <remarks>
/// The precisions go toward those of the present curvature, which is their natural gradient (Khan, Rue, "The Bayesian Learning Rule",
/// 2023), and the means along their gradient by the inverse of a bound on the curvature in them. A step that does not raise the bound is
/// halved. The bound is concave, so where they end does not depend on where they begin.
/// </remarks>
internal static class ClassFit
{
    private const double SmallestStep = 1e-4;

    /// <summary>Up to this size, bytes, the whole covariance of each output is kept without being asked for.</summary>
    private const long MostOfItself = 100_000_000;

    /// <summary>The covariances, their inverse and the next ones stay below this.</summary>
    private const long MostBytes = 1_000_000_000;
    private const int Matrices = 5;

    /// <summary>What of the covariances is kept.</summary>
    /// <exception cref="NotSupportedException">All of it is asked for, and too large.</exception>
    public static LastLayerCovariance CovarianceFor(long outputs, long inputs, VariationalLastLayerOptions options)
    {
        var bytes = (double)outputs * inputs * inputs * sizeof(double);
        if (options.Covariance != LastLayerCovariance.PerOutput)
            return options.Covariance ?? (bytes <= MostOfItself ? LastLayerCovariance.PerOutput : LastLayerCovariance.Diagonal);
        return bytes * Matrices <= MostBytes
            ? LastLayerCovariance.PerOutput
            : throw new NotSupportedException(
                FormattableString.Invariant($"The covariances of {outputs:N0} outputs of {inputs:N0} inputs take {bytes / 1e9:N1} GB, and ")
                + "the fit several times that: ask for LastLayerCovariance.Diagonal.");
    }

    /// <summary>Fits from the weights that were trained.</summary>
    public static FittedClasses Run(
        LastLayerData data, CategoricalLikelihood likelihood, Tensor? known, LastLayerCovariance covariance,
        VariationalLastLayerOptions options, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var bound = new ClassBound(data, likelihood, known, covariance);
        var means = data.Means.clone();
        var count = means.numel();
        var precision = options.PriorPrecision ?? count / Math.Max(ClassBound.SquareSum(means), 1e-12 * count);
        var here = bound.At(means, null, cancellation);
        WeightCovariances covariances = covariance == LastLayerCovariance.PerOutput
            ? WholeCovariances.Of(here.Curvature, precision)
            : DiagonalCovariances.Of(here.Curvature, precision);
        try
        {
            here = bound.At(means, covariances, cancellation);
            var value = here.Fit - ClassBound.Divergence(means, covariances, precision);
            var (step, iterations, hasConverged) = (1.0, 0, false);
            while (!hasConverged && iterations < options.Iterations)
            {
                iterations++;
                using var iteration = NewDisposeScope();
                var prior = options.PriorPrecision ?? Toward(precision, means, covariances, step);
                var next = covariances.Toward(here.Curvature, prior, step);
                var moved = means.AddTo(Direction(here, means, precision) * Operand(step));
                var there = bound.At(moved, next, cancellation);
                var reached = there.Fit - ClassBound.Divergence(moved, next, prior);
                if (!(reached > value))
                {
                    next.Dispose();
                    step /= 2;
                    hasConverged = step < SmallestStep;
                    continue;
                }

                covariances.Dispose();
                covariances = next;
                means = moved.MoveToOuterDisposeScope();
                here = there with
                {
                    Gradient = there.Gradient.MoveToOuterDisposeScope(),
                    Curvature = there.Curvature.MoveToOuterDisposeScope(),
                    Steepest = there.Steepest.MoveToOuterDisposeScope(),
                };
                hasConverged = step == 1 && reached - value < options.Tolerance * data.Examples;
                (value, precision, step) = (reached, prior, Math.Min(1, 2 * step));
            }

            return new FittedClasses(means.DetachFromDisposeScope(), covariances)
            {
                Bound = value, Precision = precision, Iterations = iterations, HasConverged = hasConverged,
            };
        }
        catch
        {
            covariances.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The precision of the prior after a step, on a scale of logarithms, toward gamma / |m|^2 with gamma = P - a tr S, the number of
    /// weights that the data determine. There the bound is highest in a, and this way far faster than by the best a for the present S.
    /// MacKay, "A Practical Bayesian Framework for Backpropagation Networks", 1992.
    /// </summary>
    private static double Toward(double precision, Tensor means, WeightCovariances covariances, double step)
    {
        var determined = means.numel() - precision * covariances.Trace;
        var best = determined / Math.Max(ClassBound.SquareSum(means), 1e-12 * means.numel());
        return best > 0 ? precision * Math.Pow(best / precision, step) : precision;
    }

    /// <summary>Where the means go.</summary>
    private static Tensor Direction(ClassBound.Terms terms, Tensor means, double precision)
    {
        var steepest = terms.Steepest.AddTo(Operand(precision) * eye(terms.Steepest.shape[0], dtype: means.dtype, device: means.device));
        return linalg.solve(steepest, terms.Gradient.Subtract(Operand(precision) * means).t()).t();
    }
}

/// <summary>A last layer of classes as it was fitted.</summary>
/// <param name="means">[C, in].</param>
/// <param name="covariances">S_k.</param>
internal sealed class FittedClasses(Tensor means, WeightCovariances covariances) : ILastLayerPosterior
{
    public required double Bound { get; init; }

    public required double Precision { get; init; }

    public required int Iterations { get; init; }

    public required bool HasConverged { get; init; }

    public IReadOnlyList<double>? NoiseVariances => null;

    public Tensor Means => means;

    public WeightCovariances Covariances => covariances;

    public (Tensor Means, Tensor Variances) Outputs(Tensor rows) => (rows.mm(means.t()), covariances.Variances(rows));

    public void Dispose()
    {
        means.Dispose();
        covariances.Dispose();
    }
}
