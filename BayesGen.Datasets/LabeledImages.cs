using BayesGen.Data;

namespace BayesGen.Datasets;

/// <summary>Reads images and their labels from a pair of IDX files.</summary>
public static class LabeledImages
{
    /// <summary>
    /// Reads both files into a data set on the CPU: inputs float32 [N, 1, H, W] in 0..1 (bytes / 255), targets int64 [N].
    /// </summary>
    /// <param name="imagesPath">IDX file of rank 3, gzip or plain.</param>
    /// <param name="labelsPath">IDX file of rank 1, gzip or plain.</param>
    /// <param name="classCount">Labels must lie in 0..classCount-1, 1 to 256.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DataFormatException">A file is damaged, empty or of another rank, the counts differ, or a label is out
    /// of range.</exception>
    public static TensorDataSet Read(string imagesPath, string labelsPath, int classCount = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classCount, 256);
        IdxFile labels = IdxFile.Read(labelsPath);
        IdxFile images = IdxFile.Read(imagesPath);
        Require(images, 3, "images (number, height, width)");
        Require(labels, 1, "labels (number)");
        if (images.Shape[0] != labels.Shape[0])
            throw new DataFormatException($"{ImageTensors.Counted(labels.Shape[0])} labels in '{labels.Name}' "
                + $"but {ImageTensors.Counted(images.Shape[0])} images in '{images.Name}': the two files do not belong together.");
        byte[] values = labels.Values.ToArray();
        int stranger = Array.FindIndex(values, v => v >= classCount);
        if (stranger >= 0)
            throw new DataFormatException(
                $"Label {values[stranger]} of example {stranger} in '{labels.Name}' is not in 0..{classCount - 1}.");
        return ImageTensors.ToDataSet(images.Values.ToArray(), values, images.Shape[0], images.Shape[1], images.Shape[2]);
    }

    private static void Require(IdxFile file, int rank, string what)
    {
        if (file.Shape.Count != rank)
            throw new DataFormatException($"'{file.Name}' holds an array of rank {file.Shape.Count}; expected rank {rank}, {what}.");
        if (file.Shape.Contains(0))
            throw new DataFormatException($"'{file.Name}' is empty: its shape is {string.Join(" x ", file.Shape)}.");
    }
}
