using BayesGen.Kernels;
using BayesGen.Parameters;

namespace BayesGen.Training;

/// <summary>
/// Learning rates of layers: the optimizer moves a few flat tensors at one rate each, and what belongs to a layer then keeps its factor of
/// the way. For optimizers whose step is proportional to the rate, as Adam's and SGD's are, that is the rate times the factor.
/// </summary>
internal sealed class LayerRates : IDisposable
{
    private readonly List<(Tensor Live, Tensor Before, double Factor)> _parts = [];

    /// <summary>Finds the layers, once for all steps of a training: a move of the network makes others.</summary>
    public LayerRates(NetworkArena arena, TrainerOptions options)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (weight, factor) in Of(arena, options))
            foreach (var (_, live) in arena.Inventory.Keys.ParametersOf(weight))
                _parts.Add((live.detach().DetachFromDisposeScope(), live.detach().clone().DetachFromDisposeScope(), factor));
    }

    /// <summary>Keeps what the layers are before a step.</summary>
    public void Keep()
    {
        using var _ = no_grad();
        foreach (var (live, before, _) in _parts)
            before.copy_(live);
    }

    /// <exception cref="ArgumentException">A name or a pattern fits no weight, or a factor is out of its range.</exception>
    public static void Require(NetworkArena arena, TrainerOptions options)
    {
        foreach (var (key, factor) in options.LearningRateFactorsOfLayers)
        {
            if (!double.IsFinite(factor) || factor < 0)
                throw new ArgumentOutOfRangeException(
                    nameof(options.LearningRateFactorsOfLayers), factor,
                    $"The factor on the learning rate of '{key}' is finite and not negative.");
            try
            {
                arena.Inventory.Keys.Under(key);
            }
            catch (KeyNotFoundException exception)
            {
                throw new ArgumentException($"TrainerOptions.LearningRateFactorsOfLayers: {exception.Message}", exception);
            }
        }
    }

    /// <summary>Takes every layer back to its factor of the step.</summary>
    public void Shorten()
    {
        using var _ = no_grad();
        foreach (var (live, before, factor) in _parts)
        {
            using var scope = NewDisposeScope();
            live.copy_(live.Subtract(before).MultiplyBy(factor).AddTo(before));
        }
    }

    public void Dispose()
    {
        foreach (var (live, before, _) in _parts)
        {
            live.Dispose();
            before.Dispose();
        }
    }

    /// <summary>Each weight that a key names, with the factor of the longest one that does.</summary>
    private static IEnumerable<(NetworkWeight Weight, double Factor)> Of(NetworkArena arena, TrainerOptions options)
    {
        var factors = new Dictionary<NetworkWeight, double>();
        foreach (var (key, factor) in options.LearningRateFactorsOfLayers
            .OrderBy(entry => entry.Key.Length).ThenBy(entry => entry.Key, StringComparer.Ordinal))
            foreach (var weight in arena.Inventory.Keys.Under(key))
                factors[weight] = factor;
        return factors.Where(entry => entry.Value != 1 && !entry.Key.IsFrozen).Select(entry => (entry.Key, entry.Value));
    }
}
