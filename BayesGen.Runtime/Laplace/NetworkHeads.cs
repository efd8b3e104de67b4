using BayesGen.Likelihoods;

namespace BayesGen.Laplace;

/// <summary>
/// Whether all that a network answers hangs on the layer that was chosen for it: of two heads one would have no uncertainty, and nothing in
/// an answer would show it. Where somebody annotated the layers, it is what was asked for.
/// </summary>
/// <param name="likelihood">What the outputs mean; logarithms of variances may hang on other weights.</param>
internal sealed class NetworkHeads(Likelihood likelihood)
{
    /// <summary>A few examples show it.</summary>
    private const long Looked = 8;

    /// <summary>Looks at the slopes of the outputs of some examples by those of the layer.</summary>
    /// <param name="signals">What goes through the layer.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="forward">Runs the network.</param>
    /// <param name="inputs">A batch.</param>
    /// <exception cref="NotSupportedException">An output hangs on other layers alone.</exception>
    public void Require(LayerSignals signals, LaplaceLayer layer, Func<Tensor, Tensor> forward, Tensor inputs)
    {
        using var scope = NewDisposeScope();
        using var _ = enable_grad();
        signals.Run(forward, inputs.narrow(0, 0, Math.Min(Looked, inputs.shape[0])));
        if (signals.AreOutputsOfLayer)
            return;
        var (rows, all) = (signals.Outputs.shape[0], signals.Outputs.numel() / signals.Outputs.shape[0]);
        var answers = likelihood is GaussianLikelihood { Sigma: null } ? all / 2 : all;
        var each = eye(all, dtype: ScalarType.Float64, device: signals.Outputs.device).unsqueeze(0).expand(rows, all, all);
        var hangs = signals.Slopes(each)[0].ne(Operand(0)).any(2).any(0);
        for (var answer = 0L; answer < answers; answer++)
            if (!hangs[answer].item<bool>())
                throw new NotSupportedException(
                    $"Output {answer} of the network does not hang on its layer '{layer.Key}': the network has several heads, and this "
                    + "one would have no uncertainty. Annotate the last layer of each head with [Bayesian(Family.Gaussian)] and wrap the "
                    + "network, or give LastLayerModel the name of a layer that all outputs hang on.");
    }
}
