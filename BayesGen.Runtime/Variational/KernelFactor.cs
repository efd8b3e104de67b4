namespace BayesGen.Variational;

/// <summary>
/// A posterior whose weights are products of independent factors, each with kernels of its own, for weights on the CPU: for example of a
/// value for each weight and a scale for each unit.
/// </summary>
internal interface IHasKernelFactors
{
    /// <summary>
    /// The factors in the order in which <see cref="Posterior.Sample"/> asks for their noise; at most one of each extent, and one of
    /// <see cref="ParameterExtent.Weight"/>. Together they have the parameters of the family in the order of their names.
    /// </summary>
    IReadOnlyList<KernelFactor> Factors { get; }
}

/// <summary>One factor of a product, with one number for each weight, unit or layer, as its parameters have.</summary>
/// <param name="ParameterCount">The number of its parameters.</param>
/// <param name="Kernel">How it is drawn and how its gradient comes back; what it calls weights are the values of the factor.</param>
internal sealed record KernelFactor(int ParameterCount, FamilyKernel Kernel)
{
    /// <summary>
    /// The divergence of the factor, given the prior of the weight; null where it has no closed form. That of <see cref="Kernel"/> unless
    /// something else is said, as for a scale whose prior is the family's own.
    /// </summary>
    public Func<Prior, DivergenceKernel?> KlTo { get; init; } = Kernel.KlTo;
}
