namespace BayesGen.Training;

/// <summary>Where a training continues.</summary>
/// <param name="File">The checkpoint that was read.</param>
/// <param name="Epoch">The epoch that continues, from 1.</param>
/// <param name="Step">The steps of that epoch that are done; 0 at its start.</param>
/// <param name="GlobalStep">The steps that were done in the whole training.</param>
/// <param name="Notices">
/// What the user should know: a damaged checkpoint that was passed over, and options that differ from those of the checkpoint, so that the
/// training continues, but not bit for bit as it would have.
/// </param>
public sealed record ResumeReport(string File, int Epoch, int Step, long GlobalStep, IReadOnlyList<string> Notices)
{
    /// <summary>Where it continues, and what the user should know.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"epoch {Epoch} after step {Step}, {GlobalStep:N0} steps in all, from '{File}'")
        + string.Concat(Notices.Select(notice => $"{Environment.NewLine}notice: {notice}"));
}
