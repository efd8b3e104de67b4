using BayesGen.Data;
using BayesGen.Datasets;

namespace MnistSample;

/// <summary>The data of a run: two parts to learn from, one to judge by.</summary>
/// <param name="Train">Trains the network.</param>
/// <param name="Validation">Split off the training data: watches the training and chooses the threshold.</param>
/// <param name="Test">Judges, and has no say in anything.</param>
/// <param name="ClassNames">What the labels stand for.</param>
public sealed record Pictures(
    TensorDataSet Train, TensorDataSet Validation, TensorDataSet Test, IReadOnlyList<string> ClassNames) : IDisposable
{
    private const double ValidationPart = 0.1;
    private const int SyntheticTrainCount = 15_000;
    private const int SyntheticTestCount = 3_000;

    public static Pictures Load(Options options)
    {
        var archive = options.Data == DataName.FashionMnist ? ImageArchive.FashionMnist : ImageArchive.Mnist;
        using var all = options.Data == DataName.Synthetic
            ? SyntheticDigits.Create(SyntheticTrainCount, options.Seed)
            : null;
        if (all is not null)
        {
            // Another seed draws other images; no test image is among those of the training.
            var test = SyntheticDigits.Create(SyntheticTestCount, unchecked(options.Seed + 1));
            return Split(all, test, archive.ClassNames, options.Seed);
        }

        var loaded = archive.Load(new ImageDataOptions
        {
            DataDirectory = options.DataDirectory,
            Progress = new DownloadLines(),
        });
        using (loaded.Train)
            return Split(loaded.Train, loaded.Test, archive.ClassNames, options.Seed);
    }

    public void Dispose()
    {
        Train.Dispose();
        Validation.Dispose();
        Test.Dispose();
    }

    private static Pictures Split(TensorDataSet all, TensorDataSet test, IReadOnlyList<string> classNames, int seed)
    {
        var (train, validation) = all.Split(ValidationPart, seed);
        return new Pictures(train, validation, test, classNames);
    }

    /// <summary>One line when a file begins to arrive.</summary>
    private sealed class DownloadLines : IProgress<DownloadProgress>
    {
        private string? _file;

        public void Report(DownloadProgress value)
        {
            if (value.FileName == _file)
                return;
            _file = value.FileName;
            Console.WriteLine($"downloading {value.FileName} from {value.Source.Host}");
        }
    }
}
