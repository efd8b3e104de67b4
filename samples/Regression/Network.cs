using BayesGen;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RegressionSample;

/// <summary>
/// A curve through points. The weights are Bayesian; the noise of the points is one number that is learned beside them, a plain parameter
/// of the network.
/// </summary>
[Bayesian(Gaussian, Estimator = Estimator.Local, PriorScale = 0.7)]
public sealed class CurveNetwork : Module<Tensor, Tensor>
{
    private const int Width = 20;

    private readonly Linear first = Linear(1, Width);
    private readonly Linear second = Linear(Width, Width);
    private readonly Linear output = Linear(Width, 1);
    private readonly Parameter logSigma = GaussianNoise.LogSigma(outputs: 1, sigma: 0.3);

    public CurveNetwork() : base(nameof(CurveNetwork)) => RegisterComponents();

    /// <param name="x">[N, 1].</param>
    /// <returns>[N, 2]: means and logarithms of variances, as <see cref="GaussianNoise.Learned"/> and the fit loss expect them.</returns>
    public override Tensor forward(Tensor x)
    {
        // Smooth, and growing without bound: what is not known beyond the points grows with the distance.
        var h = functional.silu(second.call(functional.silu(first.call(x))));
        return GaussianNoise.Join(output.call(h), logSigma);
    }
}
