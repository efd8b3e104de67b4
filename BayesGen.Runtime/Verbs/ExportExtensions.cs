using BayesGen.Compression;
using BayesGen.Parameters;
using BayesGen.Serialization;

namespace BayesGen;

/// <summary>A Bayesian neural network as a plain one.</summary>
public static class ExportExtensions
{
    /// <summary>
    /// Writes the MAP weights, pruned ones as zeros, and every deterministic weight and buffer into a plain network of the same class.
    /// </summary>
    /// <typeparam name="TNetwork">The class of the plain network.</typeparam>
    /// <param name="model">The Bayesian neural network; it is left as it was.</param>
    /// <param name="plain">A network of the same class and sizes; it shares no memory with the model afterward.</param>
    /// <returns><paramref name="plain"/>.</returns>
    /// <exception cref="StateMismatchException">The plain network has other weights; nothing was written.</exception>
    public static TNetwork Export<TNetwork>(this IBayesianNetwork model, TNetwork plain)
        where TNetwork : nn.Module
    {
        using var turn = model.Arena.TakeTurn();
        using var weights = model.Arena.Lease.Override("export");
        weights.Write(WeightState.Map);
        PlainNetwork.Export(model.Arena, plain);
        return plain;
    }

    /// <summary>
    /// The same with weights rounded to their bit widths, as <see cref="CompressedNetwork.SaveCompressed"/> writes them: for the error
    /// after rounding, <c>plain.EvaluatePlain(test)</c>.
    /// </summary>
    /// <typeparam name="TNetwork">The class of the plain network.</typeparam>
    /// <param name="model">The Bayesian neural network; it is left as it was.</param>
    /// <param name="plain">A network of the same class and sizes; it shares no memory with the model afterward.</param>
    /// <param name="bits">The bit widths: <c>model.ChooseBits()</c>.</param>
    /// <returns><paramref name="plain"/>.</returns>
    /// <exception cref="ArgumentException">The plain network is none, or a bit width names no weight of the model.</exception>
    /// <exception cref="StateMismatchException">The plain network has other weights; nothing was written.</exception>
    public static TNetwork Export<TNetwork>(this IBayesianNetwork model, TNetwork plain, BitWidths bits)
        where TNetwork : nn.Module
    {
        ArgumentNullException.ThrowIfNull(bits);
        PlainNetwork.RequirePlain(model.Arena, plain);
        using var scope = NewDisposeScope();
        PlainNetwork.Load(plain, RoundedNetwork.ToTensors(RoundedNetwork.Of(model.Arena, bits)));
        return plain;
    }
}
