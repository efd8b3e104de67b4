using System.Globalization;

namespace BayesGen.Compaction;

/// <summary>What became smaller. <c>Console.WriteLine(report)</c> prints a table.</summary>
/// <param name="Layers">The layers with units, in the order of forward.</param>
/// <param name="Weights">The numbers of all parameters: before and after.</param>
/// <param name="Macs">Multiplications and additions for one example in linear layers and convolutions: before and after.</param>
/// <param name="Bytes">The memory of parameters and buffers in bytes: before and after.</param>
/// <param name="Milliseconds">The median time of a forward of the example: before and after, on this machine.</param>
/// <param name="Difference">The largest difference of the outputs for the example.</param>
/// <param name="Scale">The largest output by absolute value.</param>
/// <param name="Kept">The expressions at which units stay, and why.</param>
public sealed record CompactReport(
    IReadOnlyList<CompactLayer> Layers,
    (long Before, long After) Weights,
    (long Before, long After) Macs,
    (long Before, long After) Bytes,
    (double Before, double After) Milliseconds,
    double Difference,
    double Scale,
    IReadOnlyList<string> Kept)
{
    /// <summary>
    /// Why the source of forward did not tell which unit feeds which, so that the network was run with NaN in its units; null where it
    /// told.
    /// </summary>
    public string? Unread { get; init; }

    /// <summary>
    /// The type in which the outputs of both networks were compared: <see cref="ScalarType.Float64"/> where forward was read and every
    /// number of it can be one, else that of the parameters.
    /// </summary>
    public ScalarType ComparedIn { get; init; }

    /// <summary>A table of the layers and a line for each total.</summary>
    public override string ToString() => string.Join(
        Environment.NewLine,
        [
            .. Layers.Select(layer =>
                Text($"{layer.Key,-24} units {layer.Units.Before,6:N0} -> {layer.Units.After,6:N0}")
                    + Text($"   weights {layer.Weights.Before,10:N0} -> {layer.Weights.After,10:N0}")),
            Text($"weights {Weights.Before:N0} -> {Weights.After:N0}, MACs {Macs.Before:N0} -> {Macs.After:N0}, ")
                + Text($"bytes {Bytes.Before:N0} -> {Bytes.After:N0}"),
            Text($"time {Milliseconds.Before:0.###} ms -> {Milliseconds.After:0.###} ms; ")
                + Text($"outputs differ by {Difference:0.###E+0} of {Scale:0.###} in {ComparedIn}"),
            Unread is null ? "structure read from the source of forward"
                : $"structure found by running the network, for inputs of the example's size alone. {Unread}",
            .. Kept.Select(line => $"stays: {line}"),
        ]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A layer of a <see cref="CompactReport"/>.</summary>
/// <param name="Key">Its key in the state.</param>
/// <param name="Units">Its output units before and after.</param>
/// <param name="Weights">The numbers of its parameters before and after.</param>
public sealed record CompactLayer(string Key, (long Before, long After) Units, (long Before, long After) Weights);

/// <summary>A network without the units that do nothing.</summary>
/// <typeparam name="TNetwork">Its class: that of the developer.</typeparam>
/// <param name="Network">The network, in evaluation mode; whoever has it disposes it.</param>
/// <param name="Report">What became smaller.</param>
public sealed record CompactResult<TNetwork>(TNetwork Network, CompactReport Report)
    where TNetwork : nn.Module;
