namespace BayesGen.Compaction;

/// <summary>A layer whose tensors lie along units: what it reads and puts out.</summary>
/// <param name="Module">The layer.</param>
/// <param name="Key">Its key.</param>
/// <param name="Inputs">The units that it reads; null where all of its inputs stay.</param>
/// <param name="Outputs">The units that it puts out; those of a layer per channel are the ones that it reads.</param>
/// <param name="Reading">The weights between them; null of a layer per channel and of an Embedding.</param>
internal sealed record LayerUnits(nn.Module Module, string Key, ValueUnits? Inputs, int[] Outputs, UnitReading? Reading)
{
    /// <summary>How many units it keeps at least: no layer of Torch has none.</summary>
    public int Least { get; init; } = 1;
}
