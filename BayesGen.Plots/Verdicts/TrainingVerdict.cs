using BayesGen.Reporting;
using static System.FormattableString;

namespace BayesGen.Plots.Verdicts;

/// <summary>
/// Whether a training is done. Only the epochs since beta has arrived count: before, the loss changes because beta does.
/// </summary>
internal static class TrainingVerdict
{
    /// <summary>A rise of the validation that is this many times its noise is one.</summary>
    private const double CertainRise = 3;

    /// <summary>A rise of less than this part of the whole course is none to stop for.</summary>
    private const double WorthwhileRise = 0.01;

    public static Verdict Of(TrainingResult training)
    {
        var epochs = training.Epochs;
        if (epochs.FirstOrDefault(epoch => !double.IsFinite(epoch.Total) || !double.IsFinite(epoch.Fit)) is { } broken)
            return new Verdict(
                VerdictKind.Problem, "The loss is not a finite number.",
                Invariant($"It was {broken.Total} in epoch {broken.Epoch}. Lower the learning rate, and look for inputs or targets that are not finite."));
        if (training.StoppedEarly)
            return new Verdict(
                VerdictKind.Good, "Stopped early: done.",
                training.BestEpoch is { } best
                    ? Invariant($"Epoch {best} was the best, and no later epoch improved on it.")
                    : "No epoch improved on the best one.");
        if (epochs.Count < Trend.Fewest)
            return new Verdict(
                VerdictKind.Unclear, "Too short to judge.",
                Invariant($"{epochs.Count} epoch{(epochs.Count == 1 ? "" : "s")} show no trend; {Trend.Fewest} or more do."));
        var beta = epochs[^1].Beta;
        List<EpochResult> settled =
            [.. epochs.Reverse().TakeWhile(epoch => Math.Abs(epoch.Beta - beta) <= 1e-9 * Math.Abs(beta)).Reverse()];
        return settled.Count < Trend.Fewest
            ? new Verdict(
                VerdictKind.Unclear, "Beta is still changing: train longer.",
                Invariant($"The loss moves with beta, which was {epochs[0].Beta:G3} in the first epoch and is {beta:G3}. ")
                    + $"Judge the training by {Trend.Fewest} epochs or more at its final beta.")
            : OfSettled(settled);
    }

    private static Verdict OfSettled(List<EpochResult> epochs)
    {
        double[] fit = [.. epochs.Select(epoch => epoch.Fit)];
        double[] total = [.. epochs.Select(epoch => epoch.Total)];
        double[] validation = epochs.All(epoch => double.IsFinite(epoch.Validation?.Fit ?? double.NaN))
            ? [.. epochs.Select(epoch => epoch.Validation!.Fit)]
            : [];
        if (validation.Length > 0 && Overfitting(epochs, validation, fit) is { } overfitting)
            return overfitting;
        var (fits, totals) = (Trend.Of(fit), Trend.Of(total));
        if (totals.IsRising)
            return new Verdict(
                VerdictKind.Problem, "The loss rises.",
                Invariant($"It was {total.Min():G4} at its lowest and is {total[^1]:G4}. Lower the learning rate, or let it fall toward the end."));
        var (judged, name) = validation.Length > 0 ? (validation, "validation fit") : (fit, "fit");
        if (Trend.Of(judged).IsFalling)
            return new Verdict(
                VerdictKind.Watch, "Still falling: train longer.",
                Invariant($"The {name} fell to {judged[^1]:G4} and has not leveled off. More epochs will improve it."));
        if (validation.Length > 0 && fits.IsFalling)
            return new Verdict(
                VerdictKind.Good, "The validation is flat: done.",
                "The fit of the training data still falls, but the validation gains nothing from it. More epochs lead to overfitting.");
        return totals.IsFalling
            ? new Verdict(
                VerdictKind.Good, "The fit is flat: done.",
                "The divergence still falls. Train longer if you prune: more weights will become noise; predictions will hardly change.")
            : new Verdict(VerdictKind.Good, "Flat: done.", "Neither the fit nor the divergence would change much with more epochs.");
    }

    private static Verdict? Overfitting(List<EpochResult> epochs, double[] validation, double[] fit)
    {
        double[] smooth = Trend.Smooth(validation), smoothFit = Trend.Smooth(fit);
        var best = Array.IndexOf(smooth, smooth.Min());
        var rise = smooth[^1] - smooth[best];
        var least = Math.Max(CertainRise * Trend.Noise(validation), WorthwhileRise * (validation.Max() - validation.Min()));
        // Two epochs after the best one are too few to be sure of a turn.
        if (validation.Length - 1 - best < 3 || rise <= least || smoothFit[^1] >= smoothFit[best])
            return null;
        return new Verdict(
            VerdictKind.Problem, "Validation rises while training falls: overfitting; stop earlier.",
            Invariant($"The validation fit was least about epoch {epochs[best].Epoch} ({validation[best]:G4}) and is {validation[^1]:G4}. ")
                + "Use TrainerOptions.EarlyStopping, more data, or a larger beta.");
    }
}
