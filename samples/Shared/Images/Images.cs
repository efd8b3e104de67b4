using BayesGen.Data;
using BayesGen.Datasets;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.SampleImages;

/// <summary>Digits to learn, digits to judge by, and what is none of them.</summary>
/// <param name="Train">Of the digits that are learned; targets number them from 0.</param>
/// <param name="Test">Others of the same digits.</param>
/// <param name="Outside">By name: what the networks have never seen.</param>
public sealed record Images(TensorDataSet Train, TensorDataSet Test, IReadOnlyList<(string Name, TensorDataSet Data)> Outside)
    : IDisposable
{
    private const int SyntheticTrainCount = 10_000;
    private const int SyntheticTestCount = 2_000;

    /// <summary>Enough to know an AUROC to the third digit, and a fifth of the work of a whole test set.</summary>
    private const int OutsideCount = 2_000;

    public static Images Load(ImageChoice choice)
    {
        var (allTrain, allTest) = Digits(choice);
        using (allTrain)
        using (allTest)
        {
            var outside = choice.Outside.Select(kind => (kind, Kind(kind, choice))).ToList();
            if (Enumerable.Range(0, 10).Except(choice.TrainOn).ToList() is { Count: > 0 } left)
                outside.Insert(0, ($"digits {string.Join(", ", left)}", Only(allTest, left)));
            return new Images(Only(allTrain, choice.TrainOn), Only(allTest, choice.TrainOn), outside);
        }
    }

    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
        foreach (var (_, data) in Outside)
            data.Dispose();
    }

    private static (TensorDataSet Train, TensorDataSet Test) Digits(ImageChoice choice)
    {
        if (!choice.IsMnist)
            return (SyntheticDigits.Create(SyntheticTrainCount, seed: 1), SyntheticDigits.Create(SyntheticTestCount, seed: 2));
        var mnist = ImageArchive.Mnist.Load(new ImageDataOptions { DataDirectory = choice.DataDirectory });
        return (mnist.Train, mnist.Test);
    }

    private static TensorDataSet Kind(string kind, ImageChoice choice)
    {
        switch (kind)
        {
            case "letters":
                return SyntheticLetters.Create(OutsideCount, seed: 3);
            case "noise":
                using (var scope = NewDisposeScope())
                {
                    using var generator = new Generator(4);
                    return new TensorDataSet(
                        rand([OutsideCount, 1, 28, 28], dtype: ScalarType.Float32, device: CPU, generator: generator),
                        zeros(OutsideCount, dtype: ScalarType.Int64, device: CPU));
                }

            default:
                var fashion = ImageArchive.FashionMnist.Load(new ImageDataOptions { DataDirectory = choice.DataDirectory });
                using (fashion.Train)
                using (fashion.Test)
                    return fashion.Test.Take(OutsideCount);
        }
    }

    /// <summary>The examples of some classes, numbered from 0 in their order.</summary>
    private static TensorDataSet Only(TensorDataSet all, IReadOnlyList<int> classes)
    {
        using var scope = NewDisposeScope();
        var numbers = new Dictionary<long, long>(classes.Select((digit, number) => KeyValuePair.Create((long)digit, (long)number)));
        var targets = all.Targets.data<long>().ToArray();
        long[] chosen = [.. Enumerable.Range(0, targets.Length).Where(i => numbers.ContainsKey(targets[i])).Select(i => (long)i)];
        return new TensorDataSet(
            all.Inputs.index_select(0, tensor(chosen, [chosen.Length], ScalarType.Int64, CPU)),
            tensor([.. chosen.Select(i => numbers[targets[i]])], [chosen.Length], ScalarType.Int64, CPU));
    }
}
