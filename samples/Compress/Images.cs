using BayesGen.Data;
using BayesGen.Datasets;

namespace CompressSample;

/// <summary>The images of a run.</summary>
/// <param name="Train">Trains the network.</param>
/// <param name="Test">Judges, and has no say in anything.</param>
public sealed record Images(TensorDataSet Train, TensorDataSet Test) : IDisposable
{
    private const int SyntheticTrainCount = 15_000;
    private const int SyntheticTestCount = 3_000;

    public static Images Load(Options options)
    {
        if (options.Data == DataName.Synthetic)
            return new Images(
                SyntheticDigits.Create(SyntheticTrainCount, options.Seed),
                SyntheticDigits.Create(SyntheticTestCount, unchecked(options.Seed + 1)));
        var loaded = ImageArchive.Mnist.Load(new ImageDataOptions { DataDirectory = options.DataDirectory });
        return new Images(loaded.Train, loaded.Test);
    }

    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
    }
}
