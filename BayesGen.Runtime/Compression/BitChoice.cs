using BayesGen.Data;
using BayesGen.Parameters;
using BayesGen.Serialization;

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

    /// <summary>
    /// The fewest bits whose rounding costs no more than a tolerance on validation data. All tensors with a posterior lose or gain bits
    /// together, at half of the tolerance, then each tensor by itself while it costs little; every choice was measured on the rounded
    /// network. Prune first. The model is only read.
    /// </summary>
    /// <typeparam name="TNetwork">The class of the plain network.</typeparam>
    /// <param name="model">The Bayesian neural network.</param>
    /// <param name="plain">A plain network of the same class and sizes to round into; it holds the rounded weights afterward.</param>
    /// <param name="validation">Data that neither trains nor tests the network.</param>
    /// <param name="tolerance">What rounding may cost: a part of 1 for an accuracy, or a rise of the fit loss.</param>
    /// <param name="options">Where the search starts: <see cref="BitOptions"/> of the posterior; null is the default.</param>
    /// <param name="evaluation">
    /// How the plain network is evaluated. The figure is the accuracy where it measures one, else the fit loss. Null is the default.
    /// </param>
    /// <param name="cancellation">Ends the search before the next batch.</param>
    /// <returns>The widths, and the figure with and without rounding.</returns>
    /// <exception cref="ArgumentException">The data is empty or does not fit, an option or the tolerance is out of its range.</exception>
    /// <exception cref="StateMismatchException">The plain network has other weights.</exception>
    /// <exception cref="InvalidOperationException">
    /// A draw is alive, a weight or an answer is not finite, or 16 bits more than the posterior asks for still cost too much.
    /// </exception>
    /// <exception cref="OperationCanceledException">The search was canceled.</exception>
    /// <example><c>model.SaveCompressed("small.bgz", model.ChooseBits(new Net(), validation, tolerance: 0.001).Bits)</c></example>
    public static RoundingChoice ChooseBits<TNetwork>(
        this IBayesianNetwork model, TNetwork plain, BatchSource validation, double tolerance, BitOptions? options = null,
        EvaluationOptions? evaluation = null, CancellationToken cancellation = default)
        where TNetwork : nn.Module<Tensor, Tensor>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(plain);
        ArgumentNullException.ThrowIfNull(validation);
        if (!double.IsFinite(tolerance) || tolerance < 0)
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "What rounding may cost is finite and not negative.");
        if (validation.ExampleCount == 0)
            throw new ArgumentException(
                "The validation data is empty: bits are chosen by what the network answers to it.", nameof(validation));
        return new BitSearch(model, plain, validation, tolerance, evaluation ?? new EvaluationOptions(), cancellation)
            .Choose(model.ChooseBits(options));
    }
}
