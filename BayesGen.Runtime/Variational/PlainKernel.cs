using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>The kernels of weights that are plain numbers beside scales that are not: w = mu. Rows: mu.</summary>
internal sealed class PlainKernel : FamilyKernel
{
    public static PlainKernel Instance { get; } = new();

    /// <summary>None: a product reads such weights where they lie and draws nothing.</summary>
    public override int NoiseCount => 0;

    /// <summary>w = mu.</summary>
    public override Vector<T> Draw<T>(KernelRows<T> rows)
    {
        var (mu, weights) = (rows[0], rows[1]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
            weights[i] = mu[i];
        return Vector<T>.Zero;
    }

    /// <summary>dw/dmu = 1.</summary>
    public override Vector<T> PullBack<T>(KernelRows<T> rows)
    {
        var (gradient, ofMu) = (rows[1], rows[2]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            ofMu[i] += gradient[i];
            gradient[i] = Vector<T>.Zero;
        }

        return Vector<T>.Zero;
    }

    /// <summary>None: the prior of plain weights is flat.</summary>
    public override DivergenceKernel? KlTo(Prior prior) => null;
}
