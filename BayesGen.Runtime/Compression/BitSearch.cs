using System.Globalization;
using BayesGen.Data;
using BayesGen.Parameters;
using BayesGen.Reporting;
using BayesGen.Serialization;

namespace BayesGen.Compression;

/// <summary>Bit widths that were chosen on validation data, with what they were chosen by.</summary>
/// <param name="Bits">The width of each weight tensor.</param>
/// <param name="FigureName">What was measured on the validation data: <c>accuracy</c>, or the name of the fit loss.</param>
/// <param name="Unrounded">The figure without rounding.</param>
/// <param name="Figure">The figure with the weights rounded.</param>
/// <param name="Tolerance">What rounding was allowed to cost.</param>
/// <param name="Evaluations">How many times the validation data was gone through.</param>
public sealed record RoundingChoice(
    BitWidths Bits, string FigureName, double Unrounded, double Figure, double Tolerance, int Evaluations)
{
    /// <summary>The figures and the widths for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{FigureName} {Figure:G6} instead of {Unrounded:G6}, at most {Tolerance:G4} was allowed\n{Bits}");
}

/// <summary>
/// Searches the fewest bits that cost no more than a tolerance. All tensors with a posterior first lose bits together, so that their
/// widths keep to what the posterior says of them; then each tensor by itself, the largest first.
/// </summary>
/// <param name="model">The network, which is only read.</param>
/// <param name="plain">The plain network that is written into and evaluated.</param>
/// <param name="validation">The data.</param>
/// <param name="tolerance">What rounding may cost.</param>
/// <param name="evaluation">How to evaluate.</param>
/// <param name="cancellation">Ends the search.</param>
internal sealed class BitSearch(
    IBayesianNetwork model, nn.Module<Tensor, Tensor> plain, BatchSource validation, double tolerance, EvaluationOptions evaluation,
    CancellationToken cancellation)
{
    /// <summary>The bits more than the posterior asks for that are tried before the search gives up.</summary>
    private const int MostShift = 16;

    /// <summary>The part of the tolerance that all tensors together may spend; the rest is left for each by itself.</summary>
    private const double Shared = 0.5;

    /// <summary>Rounding in the last digits of an accuracy is no cost.</summary>
    private const double Rounding = 1e-12;

    private readonly EvaluationOptions _evaluation = evaluation.For(model.Arena);
    private int _evaluations;

    public RoundingChoice Choose(BitWidths start)
    {
        var unrounded = Evaluate(bits: null);
        var isAccuracy = unrounded.Metrics.ContainsKey(Metric.AccuracyName);
        if (isAccuracy && tolerance >= 1)
            throw new ArgumentOutOfRangeException(
                nameof(tolerance), tolerance, "What rounding may cost of the accuracy is a part of 1, below 1: 0.003 for 0.3 percent.");
        var name = isAccuracy ? Metric.AccuracyName : _evaluation.FitLoss.Name;
        var before = FigureOf(unrounded);
        if (!double.IsFinite(before))
            throw new InvalidOperationException(
                $"Without rounding the {name} on the validation data is {before}, which nothing can be compared with: the network's outputs or "
                + "the data are not finite.");
        var (bits, figure) = Together(start) ?? throw new InvalidOperationException(
            $"Even {MostShift} bits more than the posterior asks for cost more of the {name} than {tolerance}. Allow more, or give the plain "
            + "weights more by BitOptions.PlainBits.");
        foreach (var weight in bits.Weights.Where(weight => weight.Kept > 0).OrderByDescending(weight => weight.Kept))
            while (Fewer(bits, weight.Key) is { } fewer && Cost(fewer) is var (cost, found) && cost <= tolerance + Rounding)
                (bits, figure) = (fewer, found);
        return new RoundingChoice(bits, name, before, figure, tolerance, _evaluations);

        double FigureOf(PlainEvaluation result) => isAccuracy ? result.Accuracy : result.Fit;

        // NaN is more than any tolerance.
        (double Cost, double Figure) Cost(BitWidths widths) =>
            FigureOf(Evaluate(widths)) is var after && isAccuracy ? (before - after, after) : (after - before, after);

        // From what the posterior says down while it costs little, or up until it does.
        (BitWidths, double)? Together(BitWidths widths)
        {
            (BitWidths, double)? last = null;
            for (var shift = 0; Math.Abs(shift) <= MostShift; shift += last is null ? 1 : -1)
            {
                var shifted = Shifted(widths, shift);
                if (last is not null && shifted.Weights.SequenceEqual(last.Value.Item1.Weights))
                    break;
                var (cost, found) = Cost(shifted);
                var isWithin = cost <= Shared * tolerance + Rounding;
                if (isWithin)
                    last = (shifted, found);
                if (isWithin ? shift > 0 : shift < 0)
                    break;
            }

            return last;
        }
    }

    /// <summary>The widths of all tensors with a posterior, moved together.</summary>
    private static BitWidths Shifted(BitWidths widths, int bits) => new(
    [
        .. widths.Weights.Select(weight => weight.IsFromPosterior
            ? weight with { FractionBits = Math.Max(0, weight.FractionBits + bits) }
            : weight),
    ]);

    /// <summary>One bit less for one tensor; null where it has no more to lose.</summary>
    private static BitWidths? Fewer(BitWidths widths, string key) => widths.Of(key) is { FractionBits: > 0, Bits: > 2 } weight
        ? new BitWidths(
            [.. widths.Weights.Select(other => other.Key == key ? weight with { FractionBits = weight.FractionBits - 1 } : other)])
        : null;

    private PlainEvaluation Evaluate(BitWidths? bits)
    {
        cancellation.ThrowIfCancellationRequested();
        _evaluations++;
        using (NewDisposeScope())
        {
            if (bits is null)
                WriteMap();
            else
                PlainNetwork.Load(plain, RoundedNetwork.ToTensors(RoundedNetwork.Of(model.Arena, bits)));
        }

        return plain.EvaluatePlain(validation, _evaluation, cancellation);
    }

    private void WriteMap()
    {
        PlainNetwork.RequirePlain(model.Arena, plain);
        using var turn = model.Arena.TakeTurn();
        using var weights = model.Arena.Lease.Override("choose bit widths");
        weights.Write(WeightState.Map);
        PlainNetwork.Export(model.Arena, plain);
    }
}
