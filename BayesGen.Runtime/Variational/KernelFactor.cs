using BayesGen.Noise;

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

/// <summary>
/// A posterior of products whose values are independent Gaussians or plain numbers, so that with <see cref="Estimator.Local"/> their noise
/// can move to the outputs while every example has scales of its own. All factors but the first have a <see cref="KernelFactor.Sample"/>.
/// </summary>
internal interface IHasUnitScales : IHasKernelFactors
{
    /// <summary>E v of the first factor. A new tensor in the shape of the weight.</summary>
    Tensor ValueMean();

    /// <summary>Var v of the first factor, or null where v is a plain number. A new tensor in the shape of the weight.</summary>
    Tensor? ValueVariance();
}

/// <summary>One factor of a product, with one number for each weight, unit or layer, as its parameters have.</summary>
/// <param name="ParameterCount">The number of its parameters.</param>
/// <param name="Kernel">How it is drawn and how its gradient comes back; what it calls weights are the values of the factor.</param>
internal sealed record KernelFactor(int ParameterCount, FamilyKernel Kernel)
{
    /// <summary>Plain numbers with a flat prior: nothing is drawn, and nothing is scored.</summary>
    public static KernelFactor Plain { get; } = new(1, PlainKernel.Instance);

    /// <summary>Whether the values are the parameters themselves.</summary>
    public bool IsPlain => Kernel is PlainKernel;

    /// <summary>
    /// The divergence of the factor, given the prior of the weight; null where it has no closed form. That of <see cref="Kernel"/> unless
    /// something else is said, as for a scale whose prior is the family's own.
    /// </summary>
    public Func<Prior, DivergenceKernel?> KlTo { get; init; } = Kernel.KlTo;

    /// <summary>
    /// Values for each of several examples, from the flat parameters of the factor and with a graph to them: a new tensor [examples,
    /// values]. Null where the factor cannot be drawn that way.
    /// </summary>
    public Func<IReadOnlyList<Tensor>, NoiseSource, long, Tensor>? Sample { get; init; }
}
