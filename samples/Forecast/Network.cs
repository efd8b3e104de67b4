using BayesGen;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ForecastSample;

/// <summary>
/// The next value of a series: an LSTM reads the window, and a layer makes of its last state the mean and the logarithm of the variance.
/// All weights are Gaussian.
/// </summary>
[Bayesian(Gaussian)]
public sealed class Forecaster : Module<Tensor, Tensor>
{
    private const int Width = 16;

    private readonly LSTM memory = LSTM(1, Width, batchFirst: true);
    private readonly Linear output = Linear(Width, 2);

    public Forecaster() : base(nameof(Forecaster)) => RegisterComponents();

    /// <param name="x">[N, window, 1].</param>
    /// <returns>[N, 2]: mean and logarithm of the variance.</returns>
    public override Tensor forward(Tensor x)
    {
        var (states, _, _) = memory.call(x);
        return output.call(states[.., -1]);
    }
}
