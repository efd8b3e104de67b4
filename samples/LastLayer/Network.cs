using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LastLayerSample;

/// <summary>An ordinary network: two convolutions, a hidden layer of 64, and the last layer. Nothing is annotated.</summary>
public class ConvolutionalReader : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = Conv2d(1, 16, 5);
    private readonly Conv2d conv2 = Conv2d(16, 32, 5);
    private readonly Linear hidden = Linear(512, 64);
    private readonly Linear output = Linear(64, 10);

    public ConvolutionalReader() : base(nameof(ConvolutionalReader)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.relu(functional.max_pool2d(conv1.call(x), 2));
        x = functional.relu(functional.max_pool2d(conv2.call(x), 2));
        return output.call(functional.relu(hidden.call(x.flatten(1))));
    }
}
