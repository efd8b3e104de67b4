using System.Numerics;

namespace BayesGen.Kernels;

/// <summary>Adds slopes, times a factor, to gradients.</summary>
/// <param name="count">The number of parameters. Rows: the slopes of each, then the gradients of each, added to.</param>
/// <param name="factor">The factor.</param>
internal sealed class SlopesKernel(int count, double factor)
{
    public Vector<T> Run<T>(FlatRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var times = Lanes.Of<T>(factor);
        for (var parameter = 0; parameter < count; parameter++)
        {
            var (slopes, gradient) = (rows[parameter], rows[count + parameter]);
            for (var i = 0; i < rows.Length; i += Vector<T>.Count)
                gradient[i] = Lanes.MultiplyAdd(times, slopes[i], gradient[i]);
        }

        return Vector<T>.Zero;
    }
}
