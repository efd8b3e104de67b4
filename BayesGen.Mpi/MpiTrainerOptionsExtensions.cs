using BayesGen.Mpi.Shards;

namespace BayesGen.Mpi;

/// <summary>Makes one training of several processes.</summary>
public static class MpiTrainerOptionsExtensions
{
    /// <summary>
    /// The same options for a training by all processes of a group. Every rank makes the trainer and calls Train with the same data; each
    /// computes its shards of every batch. Rank 0 reports and writes checkpoints, into a folder that all see; hooks run on every rank.
    /// </summary>
    /// <param name="options">How to train, the same on every rank.</param>
    /// <param name="group">The processes.</param>
    /// <exception cref="MpiException">
    /// There are more ranks than shards, or the batch size is below the number of shards.
    /// </exception>
    public static TrainerOptions Distribute(this TrainerOptions options, MpiGroup group)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(group);
        var tree = TreeOf(group);
        if (options.BatchSize < tree.Shards)
            throw new MpiException(
                $"Rank {group.Rank}: TrainerOptions.BatchSize is {options.BatchSize}, less than the {tree.Shards} shards that each batch is cut into. Set it to "
                + "at least the number of shards, or MpiOptions.Shards to less.", group.Rank);
        return options with
        {
            Group = new MpiTrainingGroup(group, tree),
            Report = group.Rank == 0 ? options.Report : null,
        };
    }

    private static ShardTree TreeOf(MpiGroup group)
    {
        if (group.Options.Mode == MpiMode.Fast)
            return new ShardTree(group.Size, group.Size);
        if (group.Size > group.Options.Shards)
            throw new MpiException(
                $"Rank {group.Rank}: mpirun started {group.Size} ranks, and a batch is cut into {group.Options.Shards} shards, so some ranks would have none. Start "
                + $"at most {group.Options.Shards}, or set MpiOptions.Shards to at least {group.Size}, which is another training.", group.Rank);
        return new ShardTree(group.Options.Shards, group.Size);
    }
}
