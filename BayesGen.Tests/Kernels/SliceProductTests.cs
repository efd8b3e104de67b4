namespace BayesGen.Tests;

/// <summary>Products with a number for each slice, and their gradients, against Torch.</summary>
public class SliceProductTests
{
    public static TheoryData<int, int, int> Layouts => new()
    {
        { 1, 1, 1 }, { 1, 1, 5000 }, { 7, 13, 1 }, { 400, 70, 1 }, { 1, 6, 9 }, { 3, 5, 2500 }, { 5, 1, 3 }, { 1, 300, 1 }, { 33, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void TheProductAndItsGradientsAreThoseOfTorch(int outer, int count, int inner)
    {
        using var scope = NewDisposeScope();
        var layout = new SliceLayout(outer, count, inner);
        var values = Normal(1, outer, count, inner).requires_grad_();
        var scales = Normal(2, 1, count, 1).requires_grad_();
        var gradients = Normal(3, outer, count, inner);
        var product = values * scales;
        product.backward([gradients]);

        var (target, slopes) = (zeros_like(gradients), full([count], 7.0, dtype: ScalarType.Float64));
        SliceProduct.Multiply<double>(Address(target), Address(values), Address(scales), layout);
        Assert.True(target.equal(product.detach()).all().item<bool>());
        SliceProduct.PullBack<double>(Address(gradients), Address(values), Address(scales), Address(slopes), layout);
        Assert.True(allclose(scales.grad!.view(-1), slopes, rtol: 1e-12, atol: 1e-12));
        Assert.True(gradients.equal(values.grad!).all().item<bool>());
    }

    [Theory]
    [Trait("Lane", "Slow")]
    [InlineData(700, 900, 1)]
    [InlineData(2, 64, 5000)]
    [InlineData(1, 1, 600_001)]
    public void NothingDependsOnTheNumberOfThreads(int outer, int count, int inner)
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        try
        {
            var (one, three) = (Run(1), Run(3));
            Assert.All(one.Zip(three), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>()));
        }
        finally
        {
            set_num_threads(threads);
        }

        Tensor[] Run(int number)
        {
            set_num_threads(number);
            var layout = new SliceLayout(outer, count, inner);
            var (values, scales) = (Normal(1, outer, count, inner).to(ScalarType.Float32), Normal(2, count).to(ScalarType.Float32));
            var gradients = Normal(3, outer, count, inner).to(ScalarType.Float32);
            var (target, slopes) = (zeros_like(values), zeros_like(scales));
            SliceProduct.Multiply<float>(Address(target), Address(values), Address(scales), layout);
            SliceProduct.PullBack<float>(Address(gradients), Address(values), Address(scales), Address(slopes), layout);
            return [target, slopes, gradients];
        }
    }

    private static Tensor Normal(long seed, params long[] shape) =>
        new NoiseSource(seed).Normal(zeros(shape, dtype: ScalarType.Float64, device: CPU));

    private static nint Address(Tensor tensor) => TensorMemory.AddressOf(tensor);
}
