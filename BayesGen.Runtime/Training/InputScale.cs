namespace BayesGen.Training;

/// <summary>What inputs have to do with a loss that is not finite, or grows: most often nobody brought them on one scale.</summary>
internal static class InputScale
{
    /// <summary>Standardized inputs and images from 0 to 1 stay far below it, and the bytes of an image do not.</summary>
    private const double Large = 100;

    /// <summary>A sentence for an error, with the blank that follows it; empty where the inputs look as they should.</summary>
    /// <param name="inputs">Those of the batch.</param>
    public static string Words(Tensor inputs)
    {
        // Whole numbers are most often the words of an embedding.
        if (!inputs.is_floating_point())
            return "";
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (!inputs.isfinite().all().item<bool>())
            return "The inputs of this batch hold NaN or infinite numbers: leave these examples out, or fill in what is missing. ";
        var reach = inputs.abs().max().to(ScalarType.Float64).item<double>();
        return reach > Large
            ? FormattableString.Invariant($"The inputs of this batch reach {reach:G4}: bring the columns of a table on one scale by ")
                + "Standardize, and the pixels of images to 0 to 1. "
            : "";
    }
}
