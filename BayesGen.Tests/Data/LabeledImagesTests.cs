using BayesGen.Data;

namespace BayesGen.Tests;

public sealed class LabeledImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private TensorDataSet Read(byte[] images, byte[] labels, int classCount = 10) =>
        LabeledImages.Read(_folder.Write("images", images), _folder.Write("labels", labels), classCount);

    [Fact]
    public void ScalesBytesByTwoHundredFiftyFive()
    {
        using TensorDataSet set = Read(TinyArchive.TrainImages, TinyArchive.TrainLabels);
        Assert.Equal([3, 1, 2, 2], set.Inputs.shape);
        Assert.Equal(ScalarType.Float32, set.Inputs.dtype);
        // A kernel may divide or multiply by the reciprocal: one unit in the last place.
        Assert.All(
            set.Inputs.data<float>().Take(4).Zip([0f, 51f / 255f, 102f / 255f, 1f]), pair => Assert.Equal(pair.Second, pair.First, 6e-8f));
        Assert.Equal(ScalarType.Int64, set.Targets.dtype);
        Assert.Equal([7L, 0L, 9L], set.Targets.data<long>());
    }

    [Fact]
    public void NamesBothCountsAndFiles()
    {
        var error = Assert.Throws<DataFormatException>(() => Read(TinyArchive.TrainImages, TinyArchive.TestLabels));
        Assert.Contains("2 labels in", error.Message);
        Assert.Contains("3 images in", error.Message);
        Assert.Contains(Path.Combine(_folder.Root, "labels"), error.Message);
        Assert.Contains(Path.Combine(_folder.Root, "images"), error.Message);
    }

    [Fact]
    public void RefusesSwappedEmptyAndForeignFiles()
    {
        Assert.Contains("expected rank 3", Assert.Throws<DataFormatException>(
            () => Read(TinyArchive.TrainLabels, TinyArchive.TrainImages)).Message);
        Assert.Contains("is empty", Assert.Throws<DataFormatException>(
            () => Read(TinyArchive.Idx([0, 2, 2], []), TinyArchive.Idx([0], []))).Message);
        Assert.Contains("Label 7 of example 0", Assert.Throws<DataFormatException>(
            () => Read(TinyArchive.TrainImages, TinyArchive.TrainLabels, classCount: 5)).Message);
    }
}
