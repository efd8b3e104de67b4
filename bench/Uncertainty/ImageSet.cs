using BayesGen.Data;
using BayesGen.Datasets;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>Images to learn, images to judge by, and images of another kind.</summary>
/// <param name="Train">To learn from and to calibrate with.</param>
/// <param name="Test">To judge by.</param>
/// <param name="Outside">By name: what the network has never seen.</param>
public sealed record ImageSet(TensorDataSet Train, TensorDataSet Test, IReadOnlyList<(string Name, TensorDataSet Images)> Outside)
    : IDisposable
{
    private const int HeldOutCount = 10_000;
    private const int HeldOutSeed = 0;
    private const int LetterCount = 2_000;
    private const int LetterSeed = 3;

    /// <summary>
    /// Of 10 k - 1 calibration images exactly nine in ten of new images are covered on average: the guarantee has no slack then.
    /// </summary>
    private const int CalibrationCount = 2_999;

    /// <summary>The archives, by name.</summary>
    public static IReadOnlyList<string> Names { get; } = [ImageArchive.Mnist.Name, ImageArchive.FashionMnist.Name];

    /// <summary>Loads an archive to learn, with the test images of the other one and letters as images of another kind.</summary>
    public static ImageSet Load(string name, RunOptions options)
    {
        var known = Archive(name, options);
        var strange = Archive(Names.First(other => other != name), options);
        strange.Train.Dispose();
        List<(string, TensorDataSet)> outside =
        [
            (Names.First(other => other != name), strange.Test),
            ("letters", SyntheticLetters.Create(LetterCount, LetterSeed)),
        ];
        if (!options.IsValidation)
            return new ImageSet(known.Train, known.Test, outside);
        using (known)
        {
            var (train, heldOut) = known.Train.Split(HeldOutCount, HeldOutSeed);
            return new ImageSet(train, heldOut, outside);
        }
    }

    /// <summary>Cuts the calibration images off the training images.</summary>
    public (TensorDataSet Train, TensorDataSet Calibration) WithCalibration(int seed) => Train.Split(CalibrationCount, seed);

    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
        foreach (var (_, images) in Outside)
            images.Dispose();
    }

    private static TrainTest Archive(string name, RunOptions options)
    {
        var archive = name == ImageArchive.Mnist.Name ? ImageArchive.Mnist : ImageArchive.FashionMnist;
        return archive.Load(new ImageDataOptions { DataDirectory = options.DataDirectory });
    }
}
