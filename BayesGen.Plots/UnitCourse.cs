using System.Globalization;
using BayesGen.Parameters;
using BayesGen.Plots.Verdicts;
using BayesGen.Pruning;
using BayesGen.Reporting;
using BayesGen.Structure;
using ScottPlot;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Plots;

/// <summary>
/// Units that a pruning would keep, layer by layer, after each epoch of a training: a report that draws what it was told.
/// </summary>
/// <remarks>It reads the network after each epoch, which costs one run on one example, and changes nothing.</remarks>
/// <example>
/// <code>
/// using var course = new UnitCourse(model, 0.0, example);
/// using var trainer = model.CreateTrainer(new TrainerOptions { Report = course });
/// trainer.Train(data);
/// course.Draw().SavePng("units.png");
/// </code>
/// </example>
public sealed class UnitCourse : IReport, IDisposable
{
    private readonly IBayesianNetwork _model;
    private readonly Thresholds _thresholds;
    private readonly Tensor _example;
    private readonly List<(int Epoch, PrunedStructure Structure)> _course = [];

    /// <summary>Prepares to watch a network.</summary>
    /// <param name="model">The network, which stays yours.</param>
    /// <param name="thresholds">The thresholds that a pruning would have; nothing is pruned.</param>
    /// <param name="example">An input, with the batch as its first dimension; it is copied.</param>
    /// <exception cref="ArgumentException">A threshold fits nothing in the network.</exception>
    /// <exception cref="NotSupportedException">The units of the network cannot be followed; the message says why.</exception>
    public UnitCourse(IBayesianNetwork model, Thresholds thresholds, Tensor example)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(thresholds);
        ArgumentNullException.ThrowIfNull(example);
        (_model, _thresholds) = (model, thresholds);
        // What cannot be followed is told here, before hours of training.
        _course.Add((0, Now(example)));
        _example = example.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>What would be kept: before the training, then after each epoch.</summary>
    public IReadOnlyList<(int Epoch, PrunedStructure Structure)> Epochs => _course.AsReadOnly();

    /// <inheritdoc/>
    public bool NeedsSteps => false;

    /// <inheritdoc/>
    public void OnEpoch(EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        _course.Add((epoch.Epoch, Now(_example)));
    }

    /// <summary>The part of units that would be kept, one curve for each layer; the legend has their numbers at the end.</summary>
    public Chart Draw()
    {
        List<(int Epoch, PrunedStructure Structure)> course = [.. _course];
        return new Chart(
            "Units kept",
            $"The part of the units of each layer that pruning at {_thresholds} would keep, over {course.Count - 1} epochs: "
            + $"{course[0].Structure} before, {course[^1].Structure} after.",
            1, 800, 450, theme => [Curves(theme, course)])
        {
            Verdict = UnitVerdict.Of([.. course.Select(point => point.Structure.Layers
                .Where(layer => layer.Kind != UnitLayerKind.Other)
                .Select(UnitsOf)
                .Aggregate((Kept: 0L, All: 0L), (sum, layer) => (sum.Kept + layer.Kept, sum.All + layer.All)))]),
        };
    }

    /// <summary>Lets the example go; what was told stays.</summary>
    public void Dispose() => _example.Dispose();

    private static Plot Curves(ChartTheme theme, List<(int Epoch, PrunedStructure Structure)> course)
    {
        var plot = Panel.New(theme, "Units that pruning would keep", "epoch", "part of the layer's units");
        string[] colors = [theme.Blue, theme.Orange, theme.Green, theme.Vermilion, theme.Sky, theme.Purple, theme.Ink];
        double[] x = [.. course.Select(point => (double)point.Epoch)];
        var layers = course[^1].Structure.Layers.Where(layer => layer.Kind != UnitLayerKind.Other).ToList();
        foreach (var (i, last) in layers.Index())
        {
            var (kept, all, what) = UnitsOf(last);
            plot.Curve(
                x, [.. course.Select(point => PartOf(point.Structure.Layers.First(layer => layer.Key == last.Key)))],
                colors[i % colors.Length],
                string.Create(CultureInfo.InvariantCulture, $"{last.Key}, {what}: {kept:N0} of {all:N0}"),
                pattern: Panel.PatternOf(i, colors.Length));
        }

        plot.Axes.SetLimits(x[0] - 0.02 * Math.Max(1, x[^1]), Math.Max(1, x[^1]) * 1.02, 0, 1.05);
        plot.Axes.Bottom.WholeTicks((int)x[0], Math.Max(1, (int)x[^1]));
        plot.Axes.Left.TickGenerator = Panel.PerCents();
        plot.LegendBelow(theme);
        return plot;
    }

    private static double PartOf(PrunedLayer layer) => UnitsOf(layer) is var (kept, all, _) ? (double)kept / all : double.NaN;

    /// <summary>Units in the way of the papers: inputs of a linear layer, output channels of a convolution.</summary>
    private static (int Kept, int All, string What) UnitsOf(PrunedLayer layer) => layer.Kind == UnitLayerKind.Linear
        ? (layer.KeptInputs, layer.Inputs, "inputs")
        : (layer.KeptOutputs, layer.Outputs, "channels");

    private PrunedStructure Now(Tensor example) => _model.PruneStatistics(_thresholds, example).Structure
        ?? throw new InvalidOperationException("The statistics of a pruning with an example have no structure.");
}
