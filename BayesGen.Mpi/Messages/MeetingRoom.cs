using System.Runtime.InteropServices;
using BayesGen.Mpi.Native;

namespace BayesGen.Mpi.Messages;

/// <summary>
/// Where all processes of a group meet: each brings a note and gets those of all others. A process that cannot go on brings that to the
/// next meeting, whatever the others came for, so that all learn it there and nobody waits for it.
/// </summary>
internal sealed unsafe class MeetingRoom : IDisposable
{
    private const int NoteTag = 1;
    private const int DataTag = 2;

    private readonly MpiApi _api;
    private readonly byte* _out = (byte*)NativeMemory.AlignedAlloc(Note.Capacity, 64);
    private readonly byte* _in;
    private long _meetings;
    private bool _isDisposed;

    /// <param name="api">The MPI library.</param>
    /// <param name="end">Ends all processes with a sentence.</param>
    public MeetingRoom(MpiApi api, Action<string> end)
    {
        (_api, Transport) = (api, new Transport(api, end));
        _in = (byte*)NativeMemory.AlignedAlloc((nuint)((long)Note.Capacity * api.Size), 64);
    }

    /// <summary>Sends and waits.</summary>
    public Transport Transport { get; }

    /// <summary>The tag of messages that are no notes.</summary>
    public static int Tag => DataTag;

    /// <summary>Why there are no more meetings; null while there are.</summary>
    public MpiException? Broken { get; private set; }

    /// <summary>Meets the others.</summary>
    /// <param name="meeting">What for.</param>
    /// <param name="make">Makes the note.</param>
    /// <param name="own">What this process cannot go on for, or null; thrown after the others have been told.</param>
    /// <returns>The notes of all processes in their order.</returns>
    /// <exception cref="MpiException">Another process cannot go on, or came for something else.</exception>
    public Note[] Meet(Meeting meeting, Func<Note, Note>? make = null, Exception? own = null)
    {
        if (Broken is { } broken)
            throw new MpiException(broken.Message, broken.Rank, broken);
        var mine = new Note(meeting, _meetings++);
        if (make is not null)
            mine = make(mine);
        if (own is not null)
            mine = mine with { HasFailed = true, Text = $"{own.GetType().Name}: {own.Message}" };
        var notes = Exchange(mine);
        if (own is not null)
        {
            // What all have met with alike, all know: they may go on to something else.
            if (!Array.TrueForAll(notes, note => note.HasFailed && note.Text == mine.Text))
                Broken = own as MpiException ?? new MpiException(
                    $"Rank {_api.Rank} of {_api.Size} failed. {own.Message}", _api.Rank, own);
            return notes;
        }

        Look(notes, mine);
        return notes;
    }

    /// <summary>The numbers of every process, in the order of the processes.</summary>
    /// <param name="numbers">Those of this process.</param>
    /// <param name="fingerprint">A number of what they are about.</param>
    /// <exception cref="MpiException">The numbers of a process are about something else.</exception>
    public IReadOnlyList<double[]> Collect(double[] numbers, ulong fingerprint)
    {
        var lengths = Meet(Meeting.Collection, note => note with { Numbers = [numbers.Length], Fingerprint = fingerprint });
        if (Array.FindIndex(lengths, note => note.Fingerprint != lengths[0].Fingerprint) is >= 0 and var other)
            throw Break(new MpiException(
                $"Rank {other} of {_api.Size} evaluates or predicts other data than rank 0, or with other options. Give all ranks the whole data: "
                + "each takes its own part of it.", other));
        var all = lengths.Select(note => GC.AllocateUninitializedArray<double>((int)note.Numbers[0], pinned: true)).ToArray();
        numbers.CopyTo(all[_api.Rank], 0);
        for (var rank = 0; rank < _api.Size; rank++)
        {
            if (rank == _api.Rank)
                continue;
            Transport.Receive(AddressOf(all[rank]), sizeof(double) * all[rank].LongLength, rank, Tag);
            Transport.Send(AddressOf(all[_api.Rank]), sizeof(double) * numbers.LongLength, rank, Tag);
        }

        Transport.Wait(NameOf(Meeting.Collection));
        return all;

        // They are pinned for as long as they live.
        static nint AddressOf(double[] pinned)
        {
            fixed (double* first = pinned)
                return (nint)first;
        }
    }

    /// <summary>Ends the meetings: something was found that all have found.</summary>
    public MpiException Break(MpiException exception) => Broken = exception;

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        NativeMemory.AlignedFree(_out);
        NativeMemory.AlignedFree(_in);
    }

    private Note[] Exchange(Note mine)
    {
        var notes = new Note[_api.Size];
        notes[_api.Rank] = mine;
        if (_api.Size == 1)
            return notes;
        var length = mine.Write(new Span<byte>(_out, Note.Capacity));
        for (var rank = 0; rank < _api.Size; rank++)
        {
            if (rank == _api.Rank)
                continue;
            Transport.Receive((nint)(_in + (long)rank * Note.Capacity), Note.Capacity, rank, NoteTag);
            Transport.Send((nint)_out, length, rank, NoteTag);
        }

        // Rank 0 may have hours of work to do after the training that the others took part in.
        Transport.Wait(NameOf(mine.Meeting), isPatient: mine.Meeting == Meeting.Farewell);
        for (var rank = 0; rank < _api.Size; rank++)
            if (rank != _api.Rank)
                notes[rank] = Note.Read(new ReadOnlySpan<byte>(_in + (long)rank * Note.Capacity, Note.Capacity));
        return notes;
    }

    /// <summary>Looks whether all came for the same, and are well.</summary>
    private void Look(Note[] notes, Note mine)
    {
        for (var rank = 0; rank < notes.Length; rank++)
            if (notes[rank].HasFailed)
                throw Break(new MpiException(
                    $"Rank {rank} of {notes.Length} failed, so rank {_api.Rank} ends as well. {notes[rank].Text}", rank));
        for (var rank = 0; rank < notes.Length; rank++)
            if (notes[rank].Meeting != mine.Meeting || notes[rank].Number != mine.Number)
                throw Break(new MpiException(
                    $"Rank {rank} of {notes.Length} came to {NameOf(notes[rank].Meeting)} while rank {_api.Rank} is at {NameOf(mine.Meeting)}: every "
                    + "rank has to make the same calls in the same order. Look for a call that only some ranks make, such as one under "
                    + "'if (group.Rank == 0)', or for an exception that was caught on one rank.", rank));
    }

    private static string NameOf(Meeting meeting) => meeting switch
    {
        Meeting.Introduction => "the start of the group",
        Meeting.Start => "the start of a training",
        Meeting.Step => "a step",
        Meeting.Announcement => "a checkpoint",
        Meeting.Collection => "the end of an evaluation or a prediction",
        Meeting.Failure => "the end of a training that failed",
        _ => "the end of the program",
    };
}
