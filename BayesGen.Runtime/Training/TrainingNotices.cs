using BayesGen.Reporting;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>What a training tells its user besides numbers: the report is told all, the result keeps the first thousand.</summary>
/// <param name="report">Is told; may be null.</param>
internal sealed class TrainingNotices(IReport? report)
{
    private const int MostKept = 1_000;

    private readonly List<string> _kept = [];
    private long _unkept;

    /// <summary>What a result holds.</summary>
    public IReadOnlyList<string> Kept =>
        _unkept == 0 ? [.. _kept] : [.. _kept, $"And {_unkept} more notices, which the report was told."];

    /// <summary>Forgets what was told, for another training.</summary>
    public void Clear()
    {
        _kept.Clear();
        _unkept = 0;
    }

    /// <summary>Tells of a number of examples that is not that of the data: a slip weighs the divergence wrongly in silence.</summary>
    /// <param name="said">The number by the options, or null.</param>
    /// <param name="own">The number by the data, or null.</param>
    public void AddOfExamples(long? said, long? own)
    {
        if (said is not null && own is not null && said != own)
            Add($"TrainerOptions.ExampleCount is {said}, and the training data has {own} examples: the divergence is shared by {said}. Leave "
                + "ExampleCount out, unless the posterior is to be that of other data than these.");
    }

    /// <summary>Tells one.</summary>
    public void Add(string notice)
    {
        // Some of it comes from files.
        notice = PlainText.Of(notice);
        if (_kept.Count < MostKept)
            _kept.Add(notice);
        else
            _unkept++;
        report?.OnNotice(notice);
    }
}
