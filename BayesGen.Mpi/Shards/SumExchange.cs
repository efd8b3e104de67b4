using BayesGen.Kernels;
using BayesGen.Mpi.Messages;

namespace BayesGen.Mpi.Shards;

/// <summary>Brings the sums of all processes together.</summary>
/// <param name="transport">Sends and waits.</param>
/// <param name="tree">The order of the sum.</param>
/// <param name="rank">This process.</param>
/// <param name="mode">Who adds.</param>
internal sealed class SumExchange(Transport transport, ShardTree tree, int rank, MpiMode mode) : IDisposable
{
    private const string Name = "the sum of the gradients of a step";

    private readonly List<Tensor> _received = [];

    /// <summary>Makes the first sum that of all processes.</summary>
    /// <param name="sums">The sums of this process, of <see cref="ShardTree.PartsOf"/>; overwritten.</param>
    public void Sum(List<FlatSum> sums)
    {
        if (tree.Ranks == 1)
            return;
        using var _ = no_grad();
        if (mode == MpiMode.Fast)
        {
            foreach (var (flat, width) in sums[0].Arrays)
                transport.Sum(TensorMemory.AddressOf(flat), flat.numel(), isDouble: width == sizeof(double));
            transport.Wait(Name);
            return;
        }

        using var scope = NewDisposeScope();
        var pieces = Scatter(sums);
        foreach (var (array, (flat, width)) in sums[0].Arrays.Index())
        {
            var (first, count) = PieceOf(rank, flat.numel());
            if (count == 0)
                continue;
            var own = flat.narrow(0, first, count);
            var sum = ShardTree.Sum(
                tree.Root, run => pieces[array].GetValueOrDefault(run), (left, right) => left.add_(right, TensorNumbers.One));
            if (TensorMemory.AddressOf(sum) != TensorMemory.AddressOf(own))
                own.copy_(sum);
        }

        Gather(sums[0]);
    }

    public void Dispose()
    {
        foreach (var tensor in _received)
            tensor.Dispose();
    }

    /// <summary>Gives every process its piece of the sums of this one, and gets the own piece of the sums of all.</summary>
    /// <returns>For each array the pieces by the parts of the tree.</returns>
    private Dictionary<ShardRun, Tensor>[] Scatter(List<FlatSum> sums)
    {
        Dictionary<ShardRun, Tensor>[] pieces = [[], []];
        var used = 0;
        foreach (var (array, (whole, width)) in sums[0].Arrays.Index())
        {
            var (first, count) = PieceOf(rank, whole.numel());
            for (var other = 0; other < tree.Ranks; other++)
            {
                foreach (var (i, part) in tree.PartsOf(other).Index())
                {
                    if (other == rank)
                    {
                        pieces[array].Add(part, sums[i].Arrays.ElementAt(array).Flat.narrow(0, first, count));
                        continue;
                    }

                    var received = Received(used++, count, whole.dtype);
                    pieces[array].Add(part, received);
                    transport.Receive(TensorMemory.AddressOf(received), count * width, other, MeetingRoom.Tag);
                }

                if (other == rank)
                    continue;
                var (firstOfOther, countOfOther) = PieceOf(other, whole.numel());
                foreach (var flat in sums.Select(sum => sum.Arrays.ElementAt(array).Flat))
                    transport.Send(
                        TensorMemory.AddressOf(flat) + (nint)(firstOfOther * width), countOfOther * width, other, MeetingRoom.Tag);
            }
        }

        transport.Wait(Name);
        return pieces;
    }

    /// <summary>Gives everyone the own piece, and gets those of all.</summary>
    private void Gather(FlatSum sum)
    {
        foreach (var (flat, width) in sum.Arrays)
        {
            var address = TensorMemory.AddressOf(flat);
            var (own, ownCount) = PieceOf(rank, flat.numel());
            for (var other = 0; other < tree.Ranks; other++)
            {
                if (other == rank)
                    continue;
                var (first, count) = PieceOf(other, flat.numel());
                transport.Receive(address + (nint)(first * width), count * width, other, MeetingRoom.Tag);
                transport.Send(address + (nint)(own * width), ownCount * width, other, MeetingRoom.Tag);
            }
        }

        transport.Wait(Name);
    }

    /// <summary>The piece of an array that a process adds.</summary>
    private (long First, long Count) PieceOf(int ofRank, long length)
    {
        var first = length * ofRank / tree.Ranks;
        return (first, length * (ofRank + 1) / tree.Ranks - first);
    }

    private Tensor Received(int index, long count, ScalarType dtype)
    {
        if (index == _received.Count)
            _received.Add(empty(count, dtype: dtype, device: CPU).DetachFromDisposeScope());
        return _received[index];
    }
}
