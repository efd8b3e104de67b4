namespace BayesGen.Training;

/// <summary>
/// What a batch has to do with a loss that is not finite, or grows: most often nobody brought inputs on one scale, or filled in what is
/// missing.
/// </summary>
internal static class BatchLook
{
    /// <summary>Standardized inputs and images from 0 to 1 stay far below it, and the bytes of an image do not.</summary>
    private const double Large = 100;

    /// <summary>A sentence for an error, with the blank that follows it; empty where the batch looks as it should.</summary>
    /// <param name="inputs">Those of the batch.</param>
    /// <param name="targets">Those of the batch; null where NaN among them says that there is none.</param>
    public static string Words(Tensor inputs, Tensor? targets)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (targets?.is_floating_point() == true && !targets.isfinite().all().item<bool>())
            return "The targets of this batch hold NaN or infinite numbers: leave these examples out, or train by a likelihood that ignores "
                + "NaN, such as Likelihood.LearnedGaussian.IgnoringNaN(). ";

        // Whole numbers are most often the words of an embedding.
        if (!inputs.is_floating_point())
            return "";
        if (!inputs.isfinite().all().item<bool>())
            return "The inputs of this batch hold NaN or infinite numbers: leave these examples out, or fill in what is missing. ";
        var reach = inputs.abs().max().to(ScalarType.Float64).item<double>();
        return reach > Large
            ? FormattableString.Invariant($"The inputs of this batch reach {reach:G4}: bring the columns of a table on one scale by ")
                + "Standardize, and the pixels of images to 0 to 1. "
            : "";
    }
}
