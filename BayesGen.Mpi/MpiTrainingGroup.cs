using BayesGen.Data;
using BayesGen.Kernels;
using BayesGen.Mpi.Messages;
using BayesGen.Mpi.Shards;
using BayesGen.Noise;
using BayesGen.Serialization;
using BayesGen.Training;

namespace BayesGen.Mpi;

/// <summary>The processes of MPI, as the training loop sees them.</summary>
/// <param name="group">The processes.</param>
/// <param name="tree">The shards of a batch.</param>
internal sealed class MpiTrainingGroup(MpiGroup group, ShardTree tree) : TrainingGroup
{
    /// <summary>Where they meet.</summary>
    public MeetingRoom Room => group.Room;

    /// <summary>How they train together.</summary>
    public MpiOptions Options => group.Options;

    /// <inheritdoc/>
    public override int Rank => group.Rank;

    /// <inheritdoc/>
    public override int Size => group.Size;

    /// <inheritdoc/>
    public override IGradientGatherer GathererOver(IGradientGatherer inner, ITrainingSteps steps, TrainingSetup setup)
    {
        if (setup.Options.Replicas is not null && tree.Shards > 1)
            throw new MpiException(
                $"Rank {Rank}: TrainerOptions.Replicas shares the samples of a step among threads, and Distribute shares its batch among "
                + "processes. Leave Replicas out, and start a rank for each core.", Rank);
        if (setup.Options.MicroBatchSize is not null && tree.Shards > 1)
            throw new MpiException(
                $"Rank {Rank}: a batch goes through the network shard by shard already. Leave TrainerOptions.MicroBatchSize out, or set "
                + "MpiOptions.Shards to more.", Rank);
        return new ShardGatherer(inner, setup, tree, new ShardedBatch(steps, setup, tree, this));
    }

    /// <inheritdoc/>
    public override IDisposable? Begin(TrainingSetup setup, TrainerState state, BatchSource train, BatchSource? validation)
    {
        if (BufferWatch.Statistics(setup.Arena.Network, entersTraining: !setup.Model.training) is { } refusal)
            throw new MpiException($"Rank {Rank}: {refusal}", Rank);
        (IsToldToStop, HasToStop) = (false, false);
        if (Size == 1)
            return null;
        using var scope = NewDisposeScope();
        var mine = RunConditions.Of(setup, state, group, tree, train, validation);
        var notes = Room.Meet(Meeting.Start, note => note with { Text = RunConditions.Written(mine) });
        if (RunConditions.Difference([.. notes.Select(note => note.Text)]) is var (rank, what))
            throw Room.Break(new MpiException(what, rank));
        SharedFolder.Require(setup.Options.Checkpoints?.Folder, this);
        TakeNetworkOfFirst(setup);
        TakeRandomOfFirst();
        return null;
    }

    /// <summary>Whether this process was told to stop; it tells the others in the note of the next step.</summary>
    public bool IsToldToStop { get; private set; }

    /// <summary>Whether one was when the processes met for the last step.</summary>
    public bool HasToStop { get; set; }

    /// <inheritdoc/>
    public override bool IsCanceled(bool isHere)
    {
        IsToldToStop = isHere;
        return Size == 1 ? isHere : HasToStop;
    }

    /// <inheritdoc/>
    public override string FromFirst(string text) =>
        Size == 1 ? text : Room.Meet(Meeting.Announcement, note => note with { Text = IsFirst ? text : "" })[0].Text;

    /// <inheritdoc/>
    public override IReadOnlyList<double[]> FromAll(double[] numbers, ulong fingerprint) => Room.Collect(numbers, fingerprint);

    /// <inheritdoc/>
    public override ulong Fingerprint(ulong before, Tensor inputs, Tensor targets) => BatchFingerprint.Of(before, inputs, targets);

    /// <inheritdoc/>
    public override void Fail(Exception exception) => group.Fail(exception);

    /// <summary>
    /// What data or a hook draw from Torch's generator before the first step is the same on all, as it is between two steps.
    /// </summary>
    private void TakeRandomOfFirst()
    {
        using var state = TorchRandom.Read();
        FromFirst([state]);
        TorchRandom.Write(state);
    }

    /// <summary>Networks that were built from random numbers are others on every rank: all take the one of rank 0.</summary>
    private void TakeNetworkOfFirst(TrainingSetup setup)
    {
        using var _ = no_grad();
        List<(Tensor Live, Tensor Copy)> state =
            [.. setup.Arena.LiveState().Select(entry => (entry.Value, entry.Value.detach().to(CPU).contiguous()))];
        FromFirst([.. state.Select(entry => entry.Copy)]);
        if (IsFirst)
            return;
        foreach (var (live, copy) in state)
            live.copy_(copy);
        setup.Arena.AdoptState();
    }

    /// <summary>Overwrites tensors by those of rank 0.</summary>
    private void FromFirst(IReadOnlyList<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            var (address, bytes) = (TensorMemory.AddressOf(tensor), tensor.numel() * tensor.element_size());
            for (var rank = 1; IsFirst && rank < Size; rank++)
                Room.Transport.Send(address, bytes, rank, MeetingRoom.Tag);
            if (!IsFirst)
                Room.Transport.Receive(address, bytes, 0, MeetingRoom.Tag);
        }

        Room.Transport.Wait("the network of rank 0");
    }
}
