using System.Numerics;
using BayesGen.Native;

namespace BayesGen.Kernels;

/// <summary>A function of the arrays at one index after another.</summary>
/// <returns>A sum over the indices, lane by lane; zero where the kernel sums nothing.</returns>
internal delegate Vector<T> KernelFunction<T>(KernelRows<T> rows)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>
/// Runs kernels over flat arrays in the memory of tensors: in blocks that fit the cache, on as many threads as Torch computes with. What
/// comes out depends neither on the number of threads nor on which of them was faster.
/// </summary>
internal static unsafe class KernelRunner
{
    /// <summary>Where blocks begin: at multiples of this.</summary>
    public const int Alignment = 64;

    /// <summary>A dozen rows of this many floats stay in the second-level cache of any machine of the last ten years.</summary>
    private const int Block = 32 * Alignment;

    /// <summary>Below this many elements a second thread costs more than it saves.</summary>
    public static long WorthSharing { get; } = TorchThreads.AreOurs ? 16 * 1024 : 192 * 1024;

    private const int MostRows = 16;

    /// <summary>Whether kernels can work in the memory of a tensor.</summary>
    public static bool Takes(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.dtype is ScalarType.Float32 or ScalarType.Float64;

    /// <summary>Runs a kernel.</summary>
    /// <param name="count">The length of each array.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="rows">The addresses of the arrays' first elements.</param>
    /// <returns>The sum of what the kernel returned, added up in double precision.</returns>
    public static double Run<T>(long count, KernelFunction<T> kernel, params ReadOnlySpan<nint> rows)
        where T : unmanaged, IFloatingPointIeee754<T> => Run(count, kernel, [], 0, rows);

    /// <summary>Runs a kernel on arrays of which some are written first, block by block.</summary>
    /// <param name="count">The length of each array.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="sources">What writes each of these arrays.</param>
    /// <param name="firstRow">The first of them; the others follow it.</param>
    /// <param name="rows">The addresses of the arrays' first elements.</param>
    /// <returns>The sum of what the kernel returned, added up in double precision.</returns>
    public static double Run<T>(long count, KernelFunction<T> kernel, IRowSource[] sources, int firstRow, params ReadOnlySpan<nint> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (rows.Length > MostRows)
            throw new ArgumentException($"A kernel takes at most {MostRows} arrays.", nameof(rows));
        var blocks = (count + Block - 1) / Block;
        if (count < WorthSharing)
        {
            // The same sums in the same order, without the arrays that threads would need.
            double sum = 0;
            for (var block = 0L; block < blocks; block++)
            {
                var (offset, length) = (block * Block, (int)Math.Min(Block, count - block * Block));
                for (var row = 0; row < sources.Length; row++)
                    sources[row].Fill((T*)rows[firstRow + row], offset, length);
                sum += RunBlock(kernel, rows, offset, length);
            }

            return sum;
        }

        var sums = new double[blocks];
        var starts = rows.ToArray();
        Share(blocks, isWorthIt: true, (first, last) =>
        {
            for (var block = first; block < last; block++)
            {
                var (offset, length) = (block * Block, (int)Math.Min(Block, count - block * Block));
                for (var row = 0; row < sources.Length; row++)
                    sources[row].Fill((T*)starts[firstRow + row], offset, length);
                sums[block] = RunBlock(kernel, starts, offset, length);
            }
        });
        return sums.Sum();
    }

    /// <summary>Shares items 0 to <paramref name="count"/> between the threads, a run of neighbors to each.</summary>
    /// <param name="count">The number of items.</param>
    /// <param name="isWorthIt">Whether the work is worth a second thread.</param>
    /// <param name="run">Works on the items from the first number up to, and without, the second.</param>
    public static void Share(long count, bool isWorthIt, Action<long, long> run)
    {
        var threads = isWorthIt ? (int)Math.Min(get_num_threads(), count) : 1;
        if (threads <= 1)
            run(0, count);
        else
            TorchThreads.Run(threads, (thread, team) => run(count * thread / team, count * (thread + 1) / team));
    }

    private static double RunBlock<T>(KernelFunction<T> kernel, ReadOnlySpan<nint> starts, long offset, int length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rows = stackalloc T*[MostRows];
        for (var row = 0; row < starts.Length; row++)
            rows[row] = (T*)starts[row] + offset;
        var rest = length % Vector<T>.Count;
        double sum = length == rest ? 0 : Total(kernel(new KernelRows<T>(rows, length - rest)), Vector<T>.Count);
        return rest == 0 ? sum : sum + RunRest(kernel, rows, starts.Length, length - rest, rest);
    }

    /// <summary>The last elements go through copies of a whole vector's length.</summary>
    private static double RunRest<T>(KernelFunction<T> kernel, T** rows, int rowCount, int offset, int rest)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var width = Vector<T>.Count;
        var copy = stackalloc T[MostRows * width];
        var copies = stackalloc T*[MostRows];
        for (var row = 0; row < rowCount; row++)
        {
            copies[row] = copy + row * width;
            for (var i = 0; i < width; i++)
                copies[row][i] = i < rest ? rows[row][offset + i] : T.One;
        }

        var sum = Total(kernel(new KernelRows<T>(copies, width)), rest);
        for (var row = 0; row < rowCount; row++)
            for (var i = 0; i < rest; i++)
                rows[row][offset + i] = copies[row][i];
        return sum;
    }

    private static double Total<T>(Vector<T> sums, int lanes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double total = 0;
        for (var lane = 0; lane < lanes; lane++)
            total += double.CreateChecked(sums[lane]);
        return total;
    }
}
