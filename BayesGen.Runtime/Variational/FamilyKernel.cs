using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>A posterior whose draw, pull-back and divergence are also written out weight by weight, for weights on the CPU.</summary>
internal interface IHasKernel
{
    /// <summary>The kernels of the family.</summary>
    FamilyKernel Kernel { get; }
}

/// <summary>
/// The arithmetic of a family on flat arrays: the same functions as those of its <see cref="Posterior"/>, with their derivatives in closed
/// form, so that a step needs no graph of the draw. Rows are in the order of the family's parameter names.
/// </summary>
internal abstract class FamilyKernel
{
    /// <summary>The number of standard normal numbers that one weight is made of.</summary>
    public abstract int NoiseCount { get; }

    /// <summary>w = f(parameters, noise).</summary>
    /// <param name="rows">
    /// The parameters; the noise, which is overwritten by what <see cref="PullBack"/> needs to know of it; the weights, written.
    /// </param>
    public abstract Vector<T> Draw<T>(FlatRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>dL/dparameters += dL/dw dw/dparameters.</summary>
    /// <param name="rows">
    /// The parameters; what the draw left of the noise; dL/dw, cleared; the gradients of the parameters, added to.
    /// </param>
    public abstract Vector<T> PullBack<T>(FlatRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>E w and Var w, for families that support <see cref="Estimator.Local"/>.</summary>
    /// <param name="rows">The parameters; the means and the variances, written.</param>
    public virtual Vector<T> Moments<T>(FlatRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T> => throw NoMoments();

    /// <summary>dL/dparameters += dL/dE dE/dparameters + dL/dVar dVar/dparameters.</summary>
    /// <param name="rows">The variances; dL/dE and dL/dVar, cleared; the gradients of the parameters, added to.</param>
    public virtual Vector<T> PullBackMoments<T>(FlatRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T> => throw NoMoments();

    /// <summary>The divergence to a prior; null where it has no closed form.</summary>
    public abstract DivergenceKernel? KlTo(Prior prior);

    private NotSupportedException NoMoments() => new($"{GetType().Name} has no moments: the family does not support Estimator.Local.");
}

/// <summary>KL(q || p) to one prior.</summary>
internal abstract class DivergenceKernel
{
    /// <summary>KL of each weight and its derivatives.</summary>
    /// <param name="rows">The parameters; the derivatives with respect to each of them, written.</param>
    /// <returns>The sum over the weights, lane by lane.</returns>
    public abstract Vector<T> Run<T>(FlatRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
