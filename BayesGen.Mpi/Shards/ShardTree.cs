namespace BayesGen.Mpi.Shards;

/// <summary>
/// The balanced binary tree over the shards of a batch by which their gradients are summed. It is the same whoever has which shard; a
/// process has neighboring shards, and sums those parts of the tree that are its own.
/// </summary>
/// <param name="Shards">The number of shards, at least the number of processes.</param>
/// <param name="Ranks">The number of processes.</param>
internal sealed record ShardTree(int Shards, int Ranks)
{
    /// <summary>The shards of a process.</summary>
    public ShardRun RunOf(int rank) => new((int)((long)rank * Shards / Ranks), (int)((rank + 1L) * Shards / Ranks));

    /// <summary>The root.</summary>
    public ShardRun Root => new(0, Shards);

    /// <summary>The largest parts of the tree that are a process's own, from left to right.</summary>
    public IReadOnlyList<ShardRun> PartsOf(int rank)
    {
        var (own, parts) = (RunOf(rank), new List<ShardRun>());
        Visit(Root);
        return parts;

        void Visit(ShardRun node)
        {
            if (node.First >= own.First && node.End <= own.End)
                parts.Add(node);
            else if (node.First < own.End && node.End > own.First)
            {
                Visit(node.Left);
                Visit(node.Right);
            }
        }
    }

    /// <summary>Sums a part of the tree.</summary>
    /// <param name="node">The part.</param>
    /// <param name="find">The sum of a part that is known already; null where it is to be summed from its halves.</param>
    /// <param name="add">The sum of two halves, left and right.</param>
    public static T Sum<T>(ShardRun node, Func<ShardRun, T?> find, Func<T, T, T> add)
        where T : class =>
        find(node) ?? add(Sum(node.Left, find, add), Sum(node.Right, find, add));

    /// <summary>The rows of a batch that a shard has: equal parts, up to one row.</summary>
    public (long First, long Count) RowsOf(int shard, long rows)
    {
        var first = rows * shard / Shards;
        return (first, rows * (shard + 1) / Shards - first);
    }
}

/// <summary>Neighboring shards.</summary>
/// <param name="First">The first.</param>
/// <param name="End">The one after the last.</param>
internal readonly record struct ShardRun(int First, int End)
{
    private int Middle => (First + End) / 2;

    public ShardRun Left => new(First, Middle);

    public ShardRun Right => new(Middle, End);

    public bool IsOne => End - First == 1;
}
