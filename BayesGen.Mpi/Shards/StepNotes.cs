using System.Globalization;
using System.Runtime.ExceptionServices;
using BayesGen.Mpi.Messages;
using BayesGen.Training;

namespace BayesGen.Mpi.Shards;

/// <summary>
/// What the processes tell each other of a step besides gradients: the numbers of their shards, and what all must have alike.
/// </summary>
/// <param name="setup">What is trained.</param>
/// <param name="tree">The shards.</param>
/// <param name="group">The processes.</param>
internal sealed class StepNotes(TrainingSetup setup, ShardTree tree, MpiTrainingGroup group)
{
    private StepWork? _seenOf;
    private ulong _seen;

    /// <summary>The weight of the divergence and the learning rate stand before the numbers of the shards.</summary>
    private const int Header = 2;

    /// <summary>Tells the others the sums of this process, and gets the numbers of all, summed in the order of the tree.</summary>
    /// <param name="work">The batch.</param>
    /// <param name="rate">The learning rate of the step.</param>
    /// <param name="sums">Those of this process.</param>
    /// <param name="own">What this process cannot go on for, or null; thrown when the others have been told.</param>
    /// <exception cref="MpiException">Another process cannot go on, or has another step.</exception>
    public double[] Exchange(StepWork work, double rate, List<FlatSum> sums, Exception? own)
    {
        double[] numbers =
            [work.Beta, rate, .. sums.SelectMany(sum => (IEnumerable<double>)[sum.Numbers.Length, .. sum.Numbers])];
        if (numbers.Length > Note.LargestCount)
            (own, numbers) = (own ?? new MpiException(
                $"Rank {group.Rank}: a step has {numbers.Length} numbers beside its gradients, and ranks tell each other {Note.LargestCount}. "
                + "Take fewer metrics, or one learned noise for all outputs.", group.Rank), []);
        var notes = group.Room.Meet(Meeting.Step, note => note with
        {
            IsToldToStop = group.IsToldToStop,
            Fingerprint = own is null && group.Size > 1 ? Fingerprint(work) : 0,
            Numbers = own is null ? numbers : [],
        }, own);
        group.HasToStop = Array.Exists(notes, note => note.IsToldToStop);
        if (own is not null)
            ExceptionDispatchInfo.Throw(own);
        RequireSame(notes, work.Place);
        return Sum(notes);
    }

    /// <summary>
    /// Of the batch, which all samples of a step share, and of the weights under this sample: each process draws and moves them by itself.
    /// </summary>
    private ulong Fingerprint(StepWork work)
    {
        if (!ReferenceEquals(work, _seenOf))
            (_seenOf, _seen) = (work, BatchFingerprint.Of(work));
        var seen = setup.Arena.Families.Aggregate(_seen, (hash, family) => BatchFingerprint.Of(hash, family.Store.Weights));
        return setup.Arena.Inventory.Deterministic.Aggregate(seen, (hash, plain) => BatchFingerprint.Of(hash, plain.Store.Weights));
    }

    private double[] Sum(Note[] notes)
    {
        var all = new Dictionary<ShardRun, double[]>();
        for (var rank = 0; rank < notes.Length; rank++)
        {
            var at = Header;
            foreach (var part in tree.PartsOf(rank))
            {
                var count = (int)notes[rank].Numbers[at++];
                all.Add(part, notes[rank].Numbers[at..(at + count)]);
                at += count;
            }
        }

        return ShardTree.Sum(tree.Root, run => all.GetValueOrDefault(run), FlatSum.Plus);
    }

    private void RequireSame(Note[] notes, StepPlace place)
    {
        var first = notes[0];
        for (var rank = 1; rank < notes.Length; rank++)
        {
            if (notes[rank].Fingerprint != first.Fingerprint)
                throw group.Room.Break(new MpiException(
                    $"Rank {rank} of {notes.Length} has another batch in step {place.Step} of epoch {place.Epoch} than rank 0, or other "
                    + "weights. Every rank enumerates the same data in the same order, takes its own shards of each batch and makes the "
                    + "same step: give all the whole data and the same seed, and change weights in a hook on every rank alike.", rank));
            foreach (var (i, what) in ((string[])["beta", "the learning rate"]).Index())
                if (!notes[rank].Numbers[i].Equals(first.Numbers[i]))
                    throw group.Room.Break(new MpiException(
                        $"Rank {rank} of {notes.Length} moves otherwise than rank 0 in step {place.Step} of epoch {place.Epoch}: {what} is "
                        + $"{Written(notes[rank].Numbers[i])}, and on rank 0 {Written(first.Numbers[i])}. A hook or a schedule that sets it "
                        + "has to do so on every rank alike.", rank));
        }
    }

    private static string Written(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
