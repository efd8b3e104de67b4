using System.Numerics;
using System.Runtime.InteropServices;
using BayesGen.Parameters;

namespace BayesGen.Laplace;

/// <summary>
/// The weights that a posterior was fitted to, as a checksum of all their bits: after further training the widths would belong to other
/// means, and nothing in an answer would show it.
/// </summary>
internal sealed class FittedWeights
{
    private readonly uint _checksum;

    private FittedWeights(uint checksum) => _checksum = checksum;

    /// <summary>Those of a network, while it holds its means.</summary>
    public static FittedWeights Of(NetworkArena arena) => new(ChecksumOf(arena));

    /// <summary>Checks that a network, which holds its means, has the weights still.</summary>
    /// <param name="arena">The network.</param>
    /// <param name="verb">What fits a posterior.</param>
    /// <exception cref="InvalidOperationException">It has others.</exception>
    public void Require(NetworkArena arena, string verb)
    {
        if (ChecksumOf(arena) != _checksum)
            throw new InvalidOperationException(
                $"The weights of the network have changed since {verb}: the posterior belongs to the former ones. Call {verb} again.");
    }

    /// <summary>CRC-32C: the processor has an instruction for it, and every prediction pays for this.</summary>
    private static uint ChecksumOf(NetworkArena arena)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var checksum = 0U;
        foreach (var tensor in arena.Network.parameters().Concat(arena.Network.buffers()))
        {
            var bytes = tensor.detach().cpu().contiguous().bytes;
            foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
                checksum = BitOperations.Crc32C(checksum, word);
            foreach (var rest in bytes[(bytes.Length / sizeof(ulong) * sizeof(ulong))..])
                checksum = BitOperations.Crc32C(checksum, rest);
        }

        return checksum;
    }
}
