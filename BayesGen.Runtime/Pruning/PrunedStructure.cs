using System.Globalization;
using BayesGen.Structure;

namespace BayesGen.Pruning;

/// <summary>What is left of the layers of a network: the small network that has only the units that are kept.</summary>
/// <param name="Layers">The layers in the order of their running; those whose units are not followed count whole, and come last.</param>
public sealed record PrunedStructure(IReadOnlyList<PrunedLayer> Layers)
{
    /// <summary>The number of weights, biases and normalization layers not counted.</summary>
    public long Weights => Layers.Sum(layer => layer.Weights);

    /// <summary>The same of the small network: kept inputs x kept outputs x kernel of each layer.</summary>
    public long CompactWeights => Layers.Sum(layer => layer.CompactWeights);

    /// <summary>How many times fewer weights the small network has.</summary>
    public double WeightRatio => Ratio(Weights, CompactWeights);

    /// <summary>The multiplications and additions of one example; those of layers whose units are not followed are not counted.</summary>
    public long Macs => Layers.Sum(layer => layer.Macs);

    /// <summary>The same of the small network.</summary>
    public long CompactMacs => Layers.Sum(layer => layer.CompactMacs);

    /// <summary>How many times fewer multiplications the small network takes.</summary>
    public double MacRatio => Ratio(Macs, CompactMacs);

    /// <summary>
    /// The units kept, in the way of the papers: of a linear layer its inputs, of a convolution its output channels, such as 278-98-13 of
    /// 784-300-100 and 8-13-88-13 of 20-50-800-500.
    /// </summary>
    public override string ToString() => string.Join('-', Layers
        .Where(layer => layer.Kind != UnitLayerKind.Other)
        .Select(layer => layer.Kind == UnitLayerKind.Linear ? layer.KeptInputs : layer.KeptOutputs)
        .Select(kept => kept.ToString(CultureInfo.InvariantCulture)));

    private static double Ratio(long all, long kept) => all == 0 ? 1 : (double)all / kept;
}

/// <summary>One layer of a <see cref="PrunedStructure"/>.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Kind">What its units are.</param>
/// <param name="Inputs">The number of its input units.</param>
/// <param name="KeptInputs">The number of those that a weight which is kept reads.</param>
/// <param name="Outputs">The number of its output units.</param>
/// <param name="KeptOutputs">The number of those that a weight which is kept feeds.</param>
/// <param name="Weights">The number of its weights, biases not counted.</param>
/// <param name="CompactWeights">The number of those between units that are kept.</param>
/// <param name="Macs">Its multiplications and additions for one example.</param>
/// <param name="CompactMacs">The same between units that are kept.</param>
public sealed record PrunedLayer(
    string Key,
    UnitLayerKind Kind,
    int Inputs,
    int KeptInputs,
    int Outputs,
    int KeptOutputs,
    long Weights,
    long CompactWeights,
    long Macs,
    long CompactMacs);
