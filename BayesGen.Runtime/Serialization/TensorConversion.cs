namespace BayesGen.Serialization;

/// <summary>Which conversions a tensor of a file may undergo on its way into a network: one may round, and nothing else.</summary>
internal static class TensorConversion
{
    /// <summary>Checks that a tensor can be written into one of another dtype.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="target">The dtype of the network's tensor.</param>
    /// <param name="value">What the file holds.</param>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public static void Require(string key, ScalarType target, Tensor value)
    {
        if (target == value.dtype)
            return;
        RequireDtype(key, target, value.dtype);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var plain = value.detach();
        var there = plain.to(target);
        var isSame = IsFloating(target)
            ? there.isinf().eq(plain.isinf()).all()
            : there.to(plain.dtype).eq(plain).all();
        if (!isSame.item<bool>())
            throw new ArgumentException(
                $"'{PlainText.Name(key)}' has dtype {value.dtype} in the file and holds numbers that {target} cannot hold. Nothing was loaded.");
    }

    private static void RequireDtype(string key, ScalarType target, ScalarType source)
    {
        if (IsFloating(target) && !IsFloating(source))
            throw new ArgumentException(
                $"'{PlainText.Name(key)}' has dtype {source} in the file, and the weight is {target}: whole numbers are quantized weights or "
                + "something else altogether. Save it as floating point. Nothing was loaded.");
    }

    private static bool IsFloating(ScalarType dtype) =>
        dtype is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;
}
