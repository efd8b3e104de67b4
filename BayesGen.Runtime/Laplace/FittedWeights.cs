using System.Runtime.InteropServices;
using BayesGen.Parameters;

namespace BayesGen.Laplace;

/// <summary>
/// The weights that a posterior was fitted to, as one number of all their bits: after further training the widths would belong to other
/// means, and nothing in an answer would show it.
/// </summary>
internal sealed class FittedWeights
{
    private readonly ulong _number;

    private FittedWeights(ulong number) => _number = number;

    /// <summary>Those of a network, while it holds its means.</summary>
    public static FittedWeights Of(NetworkArena arena) => new(NumberOf(arena));

    /// <summary>Checks that a network, which holds its means, has the weights still.</summary>
    /// <param name="arena">The network.</param>
    /// <param name="verb">What fits a posterior.</param>
    /// <exception cref="InvalidOperationException">It has others.</exception>
    public void Require(NetworkArena arena, string verb)
    {
        if (NumberOf(arena) != _number)
            throw new InvalidOperationException(
                $"The weights of the network have changed since {verb}: the posterior belongs to the former ones. Call {verb} again.");
    }

    private static ulong NumberOf(NetworkArena arena)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var number = 14695981039346656037UL;
        foreach (var tensor in arena.Network.parameters().Concat(arena.Network.buffers()))
        {
            var bytes = tensor.detach().cpu().contiguous().bytes;
            foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
                number = Added(number, word);
            foreach (var rest in bytes[(bytes.Length / sizeof(ulong) * sizeof(ulong))..])
                number = Added(number, rest);
        }

        return number;
    }

    /// <summary>Fowler, Noll and Vo (FNV-1a), a word at a time, with the high bits mixed into the low ones.</summary>
    private static ulong Added(ulong number, ulong word)
    {
        number = (number ^ word) * 1099511628211UL;
        return number ^ (number >> 29);
    }
}
