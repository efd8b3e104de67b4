using BayesGen.Data;
using BayesGen.Laplace;
using BayesGen.Likelihoods;
using BayesGen.Parameters;
using BayesGen.Prediction;

namespace BayesGen.LastLayers;

/// <summary>A variational last layer as a verb.</summary>
public static class VariationalLastLayerExtensions
{
    /// <summary>
    /// Adds uncertainty to a network that is trained: a Gaussian over the weights of its last layer, by a bound on the likelihood that
    /// needs no sample. One pass of the data through the network; the network stays as it is.
    /// </summary>
    /// <remarks>
    /// What goes into the last layer is computed once for each example, and kept while it is fitted: N in numbers. Unlike a Laplace
    /// approximation the means move too, to where the bound is highest. For a regression all is exact: the posterior of Bayesian linear
    /// regression on the features.
    /// <para>
    /// What the targets are the network knows where it was trained or loaded with a likelihood: classes, whose weights and label smoothing
    /// count in the bound as they do in the loss, or numbers with a known noise. An example whose label is ignored, or whose targets are
    /// NaN where the likelihood ignores it, is left out.
    /// </para>
    /// </remarks>
    /// <typeparam name="TModel">A <see cref="LastLayerModel{TNetwork}"/>, or a wrapper whose last layer alone is Gaussian.</typeparam>
    /// <param name="model">The network. What predicts reads it; it stays yours.</param>
    /// <param name="data">The training data.</param>
    /// <param name="options">
    /// Covariance, noise, prior and more; null is the defaults, for what the network knows of its targets, or for classes.
    /// </param>
    /// <param name="cancellation">Ends it before the next batch; the network is put back as it was.</param>
    /// <exception cref="NotSupportedException">
    /// No Linear layer or several are Gaussian, or the outputs of the network are not those of the layer, or the covariances that are asked
    /// for are too large. Or the network was trained under another likelihood than classes and Gaussian noise of a known size.
    /// </exception>
    /// <exception cref="ArgumentException">The data is empty, or its targets do not fit.</exception>
    /// <example><c>using var layer = model.FitVariationalLastLayer(train); layer.Predict(x)</c></example>
    public static VariationalLastLayer FitVariationalLastLayer<TModel>(
        this TModel model, BatchSource data, VariationalLastLayerOptions? options = null, CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new VariationalLastLayerOptions();
        const string verb = "FitVariationalLastLayer";
        var likelihood = FitLikelihood.Of(model.Arena, options.Noise, verb);
        if (likelihood is BernoulliLikelihood || (options.Noise is null && likelihood is GaussianLikelihood { Sigma: null }))
            throw new NotSupportedException(
                $"The network was trained under the likelihood '{likelihood}', and {verb} is for classes and for numbers whose noise is "
                + "one number for each output: FitLaplace takes it.");
        if (likelihood is GaussianLikelihood gaussian)
            options = options with { Noise = new GaussianNoise(gaussian) };
        options.Validate();
        return VariationalLastLayer.Fit(model, model.call, data, likelihood, options, cancellation);
    }
}
