using BayesGen.Data;
using TorchSharp.Modules;
using Xunit.Abstractions;

namespace BayesGen.Tests;

public sealed class SyntheticDigitsTests(ITestOutputHelper output)
{
    [Fact]
    public void HaveTheShapesOfImagesAndLabels()
    {
        using TensorDataSet digits = SyntheticDigits.Create(200, seed: 1);
        Assert.Equal([200, 1, 28, 28], digits.Inputs.shape);
        Assert.Equal(ScalarType.Float32, digits.Inputs.dtype);
        Assert.Equal(ScalarType.Int64, digits.Targets.dtype);
        float[] pixels = [.. digits.Inputs.data<float>()];
        Assert.All(pixels, p => Assert.InRange(p, 0f, 1f));
        Assert.All(pixels.Chunk(784), picture => Assert.InRange(picture.Average(), 0.02f, 0.4f));
        Assert.Throws<ArgumentOutOfRangeException>(() => SyntheticDigits.Create(0, seed: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SyntheticDigits.Create(int.MaxValue, seed: 1));
    }

    [Fact]
    public void TheSameSeedGivesTheSameImagesForAnyCount()
    {
        using TensorDataSet few = SyntheticDigits.Create(35, seed: 7), many = SyntheticDigits.Create(120, seed: 7);
        Assert.Equal(few.Inputs.data<float>(), many.Inputs.data<float>().Take(35 * 784));
        Assert.Equal(few.Targets.data<long>(), many.Targets.data<long>().Take(35));
    }

    [Fact]
    public void NoTwoImagesAreEqual()
    {
        using TensorDataSet one = SyntheticDigits.Create(300, seed: 7), other = SyntheticDigits.Create(300, seed: 8);
        IEnumerable<string> pictures = one.Inputs.data<float>().Concat(other.Inputs.data<float>())
            .Chunk(784).Select(p => string.Join(' ', p));
        Assert.Equal(600, pictures.Distinct().Count());
        Assert.NotEqual(one.Targets.data<long>(), other.Targets.data<long>());
    }

    [Fact]
    public void EveryTenExamplesHoldEachDigitOnce()
    {
        using TensorDataSet digits = SyntheticDigits.Create(100, seed: 3);
        Assert.All(digits.Targets.data<long>().Chunk(10), ten => Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ten.Order()));
    }

    /// <summary>Too easy a task would show nothing: a linear classifier must leave room for a network, and yet get most digits.</summary>
    [Fact]
    public void AreTooHardForALinearClassifierAndEasyForANetwork()
    {
        using TensorDataSet train = SyntheticDigits.Create(8_000, seed: 1), test = SyntheticDigits.Create(2_000, seed: 2);
        manual_seed(0);
        using Linear softmax = nn.Linear(784, 10);
        using var optimizer = optim.Adam(softmax.parameters(), lr: 5e-3);
        var batches = new Batcher(train, 250, seed: 1);
        for (int epoch = 0; epoch < 8; epoch++)
        {
            foreach ((Tensor inputs, Tensor targets) in batches)
            {
                using DisposeScope step = NewDisposeScope();
                step.Attach(inputs, targets);
                optimizer.zero_grad();
                nn.functional.cross_entropy(softmax.call(inputs.flatten(1)), targets).backward();
                optimizer.step();
            }
        }
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        double accuracy = softmax.call(test.Inputs.flatten(1)).argmax(1).eq(test.Targets).to(float64).mean().item<double>();
        output.WriteLine($"Softmax regression on held-out synthetic digits: {accuracy:P2}");
        Assert.InRange(accuracy, 0.60, 0.95);
    }
}
