using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>One convolution, used as the caller likes.</summary>
[Bayesian(Gaussian, InitialLogSigma = -2)]
public sealed class ImageScore : Module<Tensor, Tensor>
{
    private readonly Conv2d convolution;
    private readonly Func<Conv2d, Tensor, Tensor> _score;

    public ImageScore(Func<Conv2d, Tensor, Tensor> score, int channels = 1) : base(nameof(ImageScore))
    {
        _score = score;
        convolution = Conv2d(channels, 16, 3, padding: 1);
        RegisterComponents();
    }

    public Conv2d Convolution => convolution;

    public override Tensor forward(Tensor x) => _score(convolution, x);
}
