namespace BayesGen.Export;

/// <summary>Numbers of tensors for a plan.</summary>
internal static class PlanNumbers
{
    /// <summary>A tensor row by row.</summary>
    public static float[] Of(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return tensor.detach().cpu().to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }
}
