using BayesGen.Noise;
using BayesGen.Training;

namespace BayesGen.Mpi.Shards;

/// <summary>
/// The gradients of a step over several processes: a batch in shards, of which each process computes its own, and all get the sum.
/// </summary>
/// <remarks>
/// One sample of the weights at a time, as in one process, and the same on every one. The gradients of the fit with respect to the weights
/// are summed over the shards (<see cref="ShardedBatch"/>); what comes before and after, the draw, the divergence, the pull-back and the
/// step, every process computes for itself, from the same numbers to the same numbers.
/// </remarks>
/// <param name="inner">Computes the gradients of a batch.</param>
/// <param name="setup">What is trained.</param>
/// <param name="tree">The shards.</param>
/// <param name="batches">Takes the shards of a batch.</param>
internal sealed class ShardGatherer(IGradientGatherer inner, TrainingSetup setup, ShardTree tree, ShardedBatch batches) : IGradientGatherer
{
    private readonly BufferWatch _buffers = new(setup.Arena);

    /// <inheritdoc/>
    public void Refresh()
    {
        inner.Refresh();
        _buffers.Begin();
    }

    /// <summary>The sums are the same bits on every process, and so is what is found in them.</summary>
    /// <inheritdoc/>
    public bool IsAnywhere(bool isHere) => isHere;

    /// <summary>One shard is the batch, and is taken as by a process that knows of no other.</summary>
    /// <inheritdoc/>
    public StepSums Gather(StepWork work)
    {
        if (tree.Shards == 1)
        {
            var whole = inner.Gather(work);
            _buffers.RequireUnchanged();
            return whole;
        }

        try
        {
            batches.Begin(_buffers);
            var sums = inner.Gather(work.InParts(batches));
            return sums with { Metrics = batches.Metrics };
        }
        finally
        {
            // Also of a step that is skipped.
            batches.End();

            // What is drawn from Torch between two steps, such as by what changes images at random, is the same on all.
            ShardNoise.SeedTorch(NoiseSource.Mixed(setup.Arena.Noise.Seed, ~setup.Arena.Noise.Calls));
        }
    }

    public void Dispose()
    {
        batches.Dispose();
        _buffers.Dispose();
        inner.Dispose();
    }
}
