using BayesGen.Data;
using BayesGen.Likelihoods;
using BayesGen.Parameters;
using BayesGen.Prediction;

namespace BayesGen.Laplace;

/// <summary>A Laplace approximation as a verb.</summary>
public static class LaplaceExtensions
{
    /// <summary>
    /// Adds uncertainty to a network that is trained: a Gaussian around its weights whose precision is the curvature of the loss on the
    /// data, the generalized Gauss-Newton matrix, plus that of the prior. One pass over the data; the network stays as it is.
    /// </summary>
    /// <remarks>
    /// The weights are those of the fields that are annotated Gaussian, all of Linear layers: often the last one alone, whose inputs are
    /// then computed once however many samples are taken. The weights are taken for the most probable ones, so train the network first
    /// (<see cref="Baselines.DeterministicModel{TNetwork}"/>, or any other way), then wrap it. What a variational training has learned of
    /// variances is not asked.
    /// <para>
    /// What the targets are the network knows where it was trained or loaded with a likelihood: classes, whose weights and label smoothing
    /// count in the curvature as they do in the loss; yes and no, once or several times; numbers with Gaussian noise. Targets that are
    /// missing (an ignored label, or NaN where the likelihood ignores it) count for nothing.
    /// </para>
    /// </remarks>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="model">The network. The approximation reads it when it predicts; it stays yours.</param>
    /// <param name="data">The training data.</param>
    /// <param name="options">Structure, noise and more; null is the defaults, for the likelihood of the network, or classes.</param>
    /// <param name="cancellation">Ends it before the next batch; the network is put back as it was.</param>
    /// <exception cref="NotSupportedException">
    /// The network has no Gaussian weights, or other ones than those of Linear layers; the weight is named. Or the whole covariance is
    /// asked for and is too large. Or the network was trained under Student's t or for counts, which have no such curvature here.
    /// </exception>
    /// <exception cref="ArgumentException">The data is empty, or its targets do not fit.</exception>
    /// <example><c>using var laplace = model.FitLaplace(train); laplace.Predict(x)</c></example>
    public static LaplaceApproximation FitLaplace<TModel>(
        this TModel model, BatchSource data, LaplaceOptions? options = null, CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new LaplaceOptions();
        var likelihood = FitLikelihood.Of(model.Arena, options.Noise, "FitLaplace");
        if (likelihood is GaussianLikelihood gaussian)
            options = options with { Noise = new GaussianNoise(gaussian) };
        options.Validate();
        return LaplaceApproximation.Fit(model, model.call, data, likelihood, options, cancellation);
    }
}
