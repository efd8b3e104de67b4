using BayesGen.Parameters;

namespace BayesGen.Compression;

/// <summary>Bit widths as a verb.</summary>
public static class BitChoice
{
    /// <summary>
    /// The bit width of each weight tensor from the variances of the weights that are kept: prune first. Changes nothing.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="options">How to choose; null is the default.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive, or a weight or its variance is not finite.</exception>
    /// <example><c>model.Export(new Net(), model.ChooseBits())</c></example>
    public static BitWidths ChooseBits(this IBayesianNetwork model, BitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new BitOptions();
        options.Validate();
        return new BitChooser(model.Arena, options).Choose();
    }
}
