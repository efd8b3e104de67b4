using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>The drawn letters: reproducible, varied, and no digits.</summary>
public sealed class SyntheticLettersTests
{
    [Fact]
    public void HaveTheLayoutOfTheDigits()
    {
        using var letters = SyntheticLetters.Create(300, seed: 1);
        Assert.Equal([300, 1, 28, 28], letters.Inputs.shape);
        Assert.Equal((ScalarType.Float32, ScalarType.Int64), (letters.Inputs.dtype, letters.Targets.dtype));
        Assert.InRange(letters.Inputs.min().item<float>(), 0, 0.001);
        Assert.InRange(letters.Inputs.max().item<float>(), 0.9, 1);
        Assert.Equal(10, SyntheticLetters.ClassNames.Count);
        Assert.Equal(Enumerable.Range(0, 10).Select(letter => (long)letter), letters.Targets.data<long>().Distinct().Order());
        // No letter is lost off the paper.
        Assert.All(letters.Inputs.sum([1, 2, 3]).data<float>(), ink => Assert.True(ink > 20));
    }

    [Fact]
    public void TheSameSeedGivesTheSameImagesForAnyCount()
    {
        using TensorDataSet few = SyntheticLetters.Create(35, seed: 7), many = SyntheticLetters.Create(120, seed: 7),
        other = SyntheticLetters.Create(35, seed: 8);
        Assert.Equal(few.Inputs.data<float>(), many.Inputs.data<float>().Take(35 * 784));
        Assert.Equal(few.Targets.data<long>(), many.Targets.data<long>().Take(35));
        Assert.NotEqual(few.Inputs.data<float>(), other.Inputs.data<float>());
        Assert.Equal(120, many.Inputs.data<float>().Chunk(784).Select(p => string.Join(' ', p)).Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void RefusesACountBelowOne(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SyntheticLetters.Create(count, seed: 1));

    /// <summary>If letters could be taken for digits, nobody could tell the two apart who is told which is which.</summary>
    [Fact]
    public void AClassifierTrainedOnBothSeparatesLettersFromDigits()
    {
        random.manual_seed(0);
        using var scope = NewDisposeScope();
        using TensorDataSet digits = SyntheticDigits.Create(4_000, seed: 1), letters = SyntheticLetters.Create(4_000, seed: 1);
        using TensorDataSet newDigits = SyntheticDigits.Create(1_000, seed: 2), newLetters = SyntheticLetters.Create(1_000, seed: 2);
        var (train, test) = (cat([digits.Inputs, letters.Inputs]).flatten(1), cat([newDigits.Inputs, newLetters.Inputs]).flatten(1));
        var (answers, newAnswers) = (
            arange(8_000, device: CPU).ge(4_000).to(ScalarType.Int64), arange(2_000, device: CPU).ge(1_000).to(ScalarType.Int64));
        using var network = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 2));
        using var optimizer = optim.Adam(network.parameters(), lr: 2e-3);
        for (var step = 0; step < 500; step++)
        {
            using var one = NewDisposeScope();
            var batch = randint(8_000, 100, dtype: ScalarType.Int64, device: CPU);
            optimizer.zero_grad();
            nn.functional.cross_entropy(network.call(train.index_select(0, batch)), answers.index_select(0, batch)).backward();
            optimizer.step();
        }

        using var _ = no_grad();
        var right = network.call(test).argmax(1).eq(newAnswers).to(ScalarType.Float64).mean().item<double>();
        Assert.InRange(right, 0.93, 1);
    }
}
