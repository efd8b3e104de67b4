using BayesGen.Prediction;

namespace BayesGen.LastLayers;

/// <summary>The posterior of a last layer of numbers, in closed form; precision and noise by the bound, log p(data).</summary>
/// <remarks>
/// y_d = w_d phi + noise of variance s_d^2, w_d ~ N(0, 1 / a): N(m_d, S_d) with S_d^-1 = a + G / s_d^2, m_d = S_d sum_n phi_n y_nd / s_d^2
/// where G = sum_n phi_n phi_n^T. Harrison, Willes, Snoek, "Variational Bayesian Last Layers", 2024, whose bound for regression is
/// sum_n [log N(y_n; m phi_n, s^2) - phi_n^T S phi_n / (2 s^2)] - KL. Of a and s_d^2 each has its best value in closed form, given the
/// other and S: a = P / (sum_d |m_d|^2 + tr S_d), s_d^2 = (residuals_d + tr G S_d) / N.
/// </remarks>
internal static class NumberFit
{
    private const int Rounds = 10_000;
    private const double Smallest = 1e-12;

    /// <summary>Fits.</summary>
    public static FittedNumbers Run(
        LastLayerData data, long inputs, VariationalLastLayerOptions options, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (outputs, place) = (data.Means.shape[0], data.Means.device);
        var gram = zeros([inputs, inputs], ScalarType.Float64, place);
        var cross = zeros([inputs, outputs], ScalarType.Float64, place);
        var squares = zeros([outputs], ScalarType.Float64, place);
        data.Read(
            (rows, targets) =>
            {
                gram.AddInPlace(rows.t().mm(rows));
                cross.AddInPlace(rows.t().mm(targets));
                squares.AddInPlace(targets.Squared().sum([0]));
            },
            cancellation);

        var (values, vectors) = linalg.eigh(gram);
        var turned = vectors.t().mm(cross);
        var given = options.Noise!.Read(zeros([1, outputs], ScalarType.Float64, CPU)).Variance;
        var search = new Evidence(
            PlainNumbers.Flat(values.clamp(min: Operand(0))), PlainNumbers.Of(turned.t().contiguous()), PlainNumbers.Flat(squares),
            data.Examples);
        var found = search.Run(PlainNumbers.Flat(given), options.FitNoise, options.PriorPrecision);
        var device = values.device;
        var means = tensor([.. found.Means.SelectMany(row => row)], [found.Means.Length, inputs], ScalarType.Float64, device);
        var variances = tensor([.. found.Variances.SelectMany(row => row)], [found.Means.Length, inputs], ScalarType.Float64, device);
        return new FittedNumbers(
            vectors.DetachFromDisposeScope(), means.mm(vectors.t()).DetachFromDisposeScope(), variances.DetachFromDisposeScope())
        {
            Bound = found.Bound, Precision = found.Precision, NoiseVariances = found.Noise, HasConverged = found.HasConverged,
        };
    }

    /// <summary>A posterior in the coordinates of the eigenvectors of G, for each output, and what belongs to it.</summary>
    private sealed record Found(
        double[][] Means, double[][] Variances, double Precision, double[] Noise, double Bound, bool HasConverged);

    /// <param name="values">The eigenvalues of G.</param>
    /// <param name="cross">For each output sum_n phi_n y_n in the coordinates of the eigenvectors.</param>
    /// <param name="squares">For each output sum_n y_n^2.</param>
    /// <param name="examples">N.</param>
    private sealed class Evidence(double[] values, double[][] cross, double[] squares, long examples)
    {
        public Found Run(double[] noise, bool fitsNoise, double? given)
        {
            var precision = given ?? 1;
            var found = At(noise, precision);
            if (given is not null && !fitsNoise)
                return found with { HasConverged = true };
            for (var round = 0; round < Rounds; round++)
            {
                if (fitsNoise)
                    noise = [.. cross.Select((_, d) => Math.Max(Smallest, (Residuals(found, d) + Spread(found, d)) / examples))];
                if (given is null)
                    precision = values.Length * cross.Length
                        / Math.Max(Smallest, found.Means.Sum(row => row.Sum(m => m * m)) + found.Variances.Sum(row => row.Sum()));
                var next = At(noise, precision);
                var gain = next.Bound - found.Bound;
                found = next;
                if (gain < 1e-12 * Math.Max(1, Math.Abs(next.Bound)))
                    return found with { HasConverged = true };
            }

            return found;
        }

        private Found At(double[] noise, double precision)
        {
            double[][] variances = [.. noise.Select(own => values.Select(value => 1 / (value / own + precision)).ToArray())];
            double[][] means = [.. cross.Select((row, d) => row.Select((sum, i) => variances[d][i] * sum / noise[d]).ToArray())];
            var found = new Found(means, variances, precision, noise, 0, false);
            var bound = 0.0;
            for (var d = 0; d < cross.Length; d++)
            {
                bound -= 0.5 * (examples * Math.Log(2 * Math.PI * noise[d]) + (Residuals(found, d) + Spread(found, d)) / noise[d]);
                for (var i = 0; i < values.Length; i++)
                    bound -= 0.5 * (precision * (means[d][i] * means[d][i] + variances[d][i]) - 1 - Math.Log(precision * variances[d][i]));
            }

            return found with { Bound = bound };
        }

        /// <summary>sum_n (y_n - m phi_n)^2.</summary>
        private double Residuals(Found found, int d) => Math.Max(0, squares[d] + values
            .Select((value, i) => found.Means[d][i] * (value * found.Means[d][i] - 2 * cross[d][i])).Sum());

        /// <summary>tr G S.</summary>
        private double Spread(Found found, int d) => values.Select((value, i) => value * found.Variances[d][i]).Sum();
    }
}

/// <summary>A last layer of numbers as it was fitted.</summary>
/// <param name="vectors">The eigenvectors of G, [in, in].</param>
/// <param name="means">[D, in].</param>
/// <param name="variances">Along the eigenvectors, [D, in].</param>
internal sealed class FittedNumbers(Tensor vectors, Tensor means, Tensor variances) : ILastLayerPosterior
{
    public required double Bound { get; init; }

    public required double Precision { get; init; }

    public int Iterations => 1;

    public required bool HasConverged { get; init; }

    public required IReadOnlyList<double>? NoiseVariances { get; init; }

    public (Tensor Means, Tensor Variances) Outputs(Tensor rows) =>
        (rows.mm(means.t()), rows.mm(vectors).Squared().mm(variances.t()));

    public void Dispose()
    {
        vectors.Dispose();
        means.Dispose();
        variances.Dispose();
    }
}
