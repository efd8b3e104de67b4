using BayesGen.Data;
using BayesGen.Kernels;
using BayesGen.Mpi.Messages;
using BayesGen.Mpi.Shards;
using BayesGen.Serialization;
using BayesGen.Training;

namespace BayesGen.Mpi;

/// <summary>The processes of MPI, as the training loop sees them.</summary>
/// <param name="group">The processes.</param>
/// <param name="tree">The shards of a batch.</param>
internal sealed class MpiTrainingGroup(MpiGroup group, ShardTree tree) : TrainingGroup
{
    private MeetingRoom Room => group.Room;

    /// <inheritdoc/>
    public override int Rank => group.Rank;

    /// <inheritdoc/>
    public override int Size => group.Size;

    /// <inheritdoc/>
    public override IGradientGatherer GathererOver(IGradientGatherer inner, ITrainingSteps steps, TrainingSetup setup) =>
        new ShardGatherer(inner, steps, setup, tree, group);

    /// <inheritdoc/>
    public override IDisposable? Begin(TrainingSetup setup, TrainerState state, BatchSource train, BatchSource? validation)
    {
        if (BufferWatch.Statistics(setup.Arena.Network, entersTraining: !setup.Model.training) is { } refusal)
            throw new MpiException($"Rank {Rank}: {refusal}", Rank);
        using var scope = NewDisposeScope();
        var mine = RunConditions.Of(setup, state, group, tree, train, validation);
        var notes = Room.Meet(Meeting.Start, note => note with { Text = RunConditions.Written(mine) });
        if (RunConditions.Difference([.. notes.Select(note => note.Text)]) is var (rank, what))
            throw Room.Break(new MpiException(what, rank));
        if (Size == 1)
            return null;
        SharedFolder.Require(setup.Options.Checkpoints?.Folder, this);
        TakeNetworkOfFirst(setup);
        return null;
    }

    /// <inheritdoc/>
    public override bool IsAnywhere(bool isHere) => Size == 1
        ? isHere
        : Room.Meet(Meeting.Question, note => note with { Numbers = [isHere ? 1 : 0] }).Any(note => note.Numbers[0] > 0);

    /// <inheritdoc/>
    public override string FromFirst(string text) =>
        Size == 1 ? text : Room.Meet(Meeting.Announcement, note => note with { Text = IsFirst ? text : "" })[0].Text;

    /// <inheritdoc/>
    public override unsafe IReadOnlyList<double[]> FromAll(double[] numbers)
    {
        if (Size == 1)
            return [numbers];
        var lengths = Room.Meet(Meeting.Collection, note => note with { Numbers = [numbers.Length] });
        var all = lengths.Select(note => GC.AllocateUninitializedArray<double>((int)note.Numbers[0], pinned: true)).ToArray();
        numbers.CopyTo(all[Rank], 0);
        for (var rank = 0; rank < Size; rank++)
        {
            if (rank == Rank)
                continue;
            Room.Transport.Receive(AddressOf(all[rank]), sizeof(double) * all[rank].LongLength, rank, MeetingRoom.Tag);
            Room.Transport.Send(AddressOf(all[Rank]), sizeof(double) * numbers.LongLength, rank, MeetingRoom.Tag);
        }

        Room.Transport.Wait("the end of an evaluation or a prediction");
        return all;

        static nint AddressOf(double[] pinned)
        {
            fixed (double* first = pinned)
                return (nint)first;
        }
    }

    /// <inheritdoc/>
    public override void Fail(Exception exception) => group.Fail(exception);

    /// <summary>Networks that were built from random numbers are others on every rank: all take the one of rank 0.</summary>
    private void TakeNetworkOfFirst(TrainingSetup setup)
    {
        using var _ = no_grad();
        List<(Tensor Live, Tensor Copy)> state =
            [.. setup.Arena.LiveState().Select(entry => (entry.Value, entry.Value.detach().to(CPU).contiguous()))];
        foreach (var (_, copy) in state)
        {
            var (address, bytes) = (TensorMemory.AddressOf(copy), copy.numel() * copy.element_size());
            for (var rank = 1; IsFirst && rank < Size; rank++)
                Room.Transport.Send(address, bytes, rank, MeetingRoom.Tag);
            if (!IsFirst)
                Room.Transport.Receive(address, bytes, 0, MeetingRoom.Tag);
        }

        Room.Transport.Wait("the network of rank 0");
        if (IsFirst)
            return;
        foreach (var (live, copy) in state)
            live.copy_(copy);
        setup.Arena.AdoptState();
    }
}
