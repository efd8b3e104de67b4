namespace BayesGen.Prediction;

/// <summary>From tensors to plain numbers: results outlive every dispose scope, cross threads and are written as JSON.</summary>
internal static class PlainNumbers
{
    /// <summary>The rows of a matrix.</summary>
    public static double[][] Of(Tensor matrix)
    {
        var flat = Flat(matrix);
        var width = (int)matrix.shape[1];
        return [.. Enumerable.Range(0, (int)matrix.shape[0]).Select(row => flat[(row * width)..((row + 1) * width)])];
    }

    /// <summary>All elements in row order.</summary>
    public static double[] Flat(Tensor tensor)
    {
        using var plain = tensor.detach();
        using var numbers = plain.to(ScalarType.Float64);
        using var here = numbers.cpu();
        using var contiguous = here.contiguous();
        return contiguous.data<double>().ToArray();
    }

    /// <summary>The numbers of each example: [N] has one each, and what has more dimensions is flattened behind the first.</summary>
    public static double[][] Rows(Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.dim() == 0)
            throw new ArgumentException("Targets need a first dimension, the example; this tensor is a single number.", nameof(targets));
        using var matrix = targets.reshape(targets.shape[0], -1);
        return Of(matrix);
    }

    /// <summary>Class numbers.</summary>
    public static int[] Classes(Tensor targets) => targets.dim() == 1 && !targets.is_floating_point()
        ? [.. Flat(targets).Select(number => (int)number)]
        : throw new ArgumentException(
            $"Targets of shape [{string.Join(", ", targets.shape)}] and dtype {targets.dtype} are not classes; expected whole numbers [N].",
            nameof(targets));
}
