using BayesGen.Data;
using BayesGen.Parameters;
using BayesGen.Prediction;
using BayesGen.Training;

namespace BayesGen.Laplace;

/// <summary>One pass over the data that sums the curvature of each Gaussian layer up.</summary>
internal static class CurvatureFit
{
    /// <summary>The most weights of a layer whose whole covariance is kept without being asked for.</summary>
    private const long MostOfItself = 2_000;

    /// <summary>The matrix, its eigenvectors and what their search needs, in bytes, stay below this.</summary>
    private const long MostBytes = 1_000_000_000;
    private const int Matrices = 3;

    /// <summary>The structure that is kept.</summary>
    /// <exception cref="NotSupportedException">It is too large, or for one layer alone.</exception>
    public static LaplaceStructure StructureFor(IReadOnlyList<LaplaceLayer> layers, LaplaceOptions options)
    {
        var structure = options.Structure
            ?? (layers is [{ Count: <= MostOfItself }] ? LaplaceStructure.Full : LaplaceStructure.Kronecker);
        if (structure != LaplaceStructure.Full)
            return structure;
        if (layers.Count > 1)
            throw new NotSupportedException(
                $"The whole covariance is for one layer, and {layers.Count} are Gaussian: "
                + $"{string.Join(", ", layers.Select(layer => layer.Key))}. "
                + "Annotate the last one alone, or ask for LaplaceStructure.Kronecker.");
        var count = layers[0].Count;
        return count <= Math.Sqrt(MostBytes / (Matrices * sizeof(double)))
            ? structure
            : throw new NotSupportedException(
                FormattableString.Invariant($"The whole covariance of the {count:N0} weights of '{layers[0].Key}' takes ")
                + FormattableString.Invariant($"{(double)count * count * sizeof(double) / 1e9:N1} GB, ")
                + "and some more to invert it: ask for LaplaceStructure.Kronecker or Diagonal.");
    }

    /// <summary>Sums the curvature up. The network holds its means.</summary>
    /// <param name="arena">The network.</param>
    /// <param name="forward">Runs it.</param>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="layers">Where the curvature of each layer is summed.</param>
    /// <param name="fit">What the outputs mean.</param>
    /// <param name="heads">Looks whether all outputs hang on the layer; null does not.</param>
    /// <param name="batchSize">The number of examples in a batch.</param>
    /// <param name="cancellation">Ends it before the next batch.</param>
    /// <returns>What all examples count together: their number where each counts 1.</returns>
    public static double Run(
        NetworkArena arena, Func<Tensor, Tensor> forward, BatchSource data, IReadOnlyList<LayerPosterior> layers, TargetFit fit,
        NetworkHeads? heads, int batchSize, CancellationToken cancellation)
    {
        var signals = new LayerSignals([.. layers.Select(layer => layer.Layer)]);
        var isPlain = false;
        var (examples, weight) = (0L, 0.0);
        foreach (var (inputs, targets) in data.InOrder(batchSize))
        {
            try
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                if (examples == 0)
                    heads?.Require(signals, layers[0].Layer, input => PosteriorDraws.Output(forward, input), inputs.to(arena.Device));
                Run(isPlain);
                if (isPlain && !signals.AreOutputsOfLayer)
                    Run(isPlain: false);
                isPlain = signals.AreOutputsOfLayer;

                // Where the outputs are those of the layer no graph is needed; the first batch finds it out.
                void Run(bool isPlain)
                {
                    using var _ = set_grad_enabled(!isPlain);
                    signals.Run(input => PosteriorDraws.Output(forward, input), inputs.to(arena.Device));
                }

                var curvature = fit.Add(signals.Outputs.detach(), targets);
                Add(layers, signals, curvature, isPlain);
                examples += inputs.shape[0];
                weight += curvature.Weights?.sum().item<double>() ?? inputs.shape[0];
            }
            finally
            {
                BatchForward.LetGo(data, (inputs, targets));
            }
        }

        if (examples == 0)
            throw new ArgumentException("The data is empty: there is no curvature to measure.", nameof(data));
        return weight > 0
            ? weight
            : throw new ArgumentException("No example has a target that counts: there is no curvature to measure.", nameof(data));
    }

    private static void Add(IReadOnlyList<LayerPosterior> layers, LayerSignals signals, OutputCurvature curvature, bool isPlain)
    {
        if (isPlain)
        {
            using var _ = no_grad();
            layers[0].Curvature.AddAtOutputs(signals.Inputs(0), curvature);
            return;
        }

        var slopes = signals.Slopes(curvature.Factors());
        for (var i = 0; i < layers.Count; i++)
            layers[i].Curvature.Add(signals.Inputs(i), slopes[i], curvature.Weights);
    }
}
