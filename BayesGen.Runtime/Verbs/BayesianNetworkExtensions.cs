using BayesGen.Parameters;
using BayesGen.Variational;

namespace BayesGen;

/// <summary>What can be done with a Bayesian neural network's weights.</summary>
public static class BayesianNetworkExtensions
{
    /// <summary>Draws every Bayesian weight and writes the draw into the network; see <see cref="WeightDraw"/>.</summary>
    /// <param name="model">The network.</param>
    /// <param name="seed">A seed for this draw alone; null draws on from the network's own source of noise.</param>
    /// <returns>The draw; dispose it before the next one.</returns>
    public static WeightDraw Draw(this IBayesianNetwork model, long? seed = null) => model.Arena.Lease.Draw(seed);

    /// <summary>
    /// Ends the draw that is alive, if one is: for a draw that was dropped without being disposed, which else would keep every other one
    /// away.
    /// </summary>
    /// <param name="model">The network.</param>
    public static void EndDraw(this IBayesianNetwork model) => model.Arena.Lease.EndDraw();

    /// <summary>
    /// Freezes layers or weights until <see cref="Unfreeze"/>: training leaves them as they are, bit for bit. They get no gradient, no
    /// divergence and no weight decay, whatever the optimizer; what they learned of their priors stays too. A frozen posterior is still
    /// drawn from.
    /// </summary>
    /// <remarks>
    /// The same as <c>requires_grad = false</c> on the network's own parameters (<c>model.Network.a.parameters()</c>); on all of
    /// <c>model.parameters()</c> it freezes the whole network, on one of them that part of every posterior, such as log_sigma. The tensors
    /// of <c>model.Posterior</c> are windows that never require a gradient, so there it says nothing. An optimizer of your own does move
    /// frozen weights, by its momentum or weight decay; the model puts them back when it is next used. Files and checkpoints hold the
    /// numbers and not what is frozen: that is said again after loading, as in PyTorch.
    /// </remarks>
    /// <param name="model">The network.</param>
    /// <param name="keys">
    /// The keys of layers (<c>encoder</c>) or weights (<c>encoder.weight</c>), where * stands for any letters (<c>*.bias</c>); none means
    /// every weight.
    /// </param>
    /// <exception cref="KeyNotFoundException">The network has no layer and no weight of a key.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive.</exception>
    public static void Freeze(this IBayesianNetwork model, params string[] keys) => model.Arena.SetFrozen(keys, isFrozen: true);

    /// <summary>Lets layers or weights be trained again; see <see cref="Freeze"/>.</summary>
    /// <remarks>
    /// A part of every posterior that is off as a whole, such as log_sigma, stays off where some of the weights that have it are named:
    /// it comes back with all of them.
    /// </remarks>
    /// <param name="model">The network.</param>
    /// <param name="keys">The keys of layers or weights; none means every weight that was frozen after the network was wrapped.</param>
    /// <exception cref="KeyNotFoundException">The network has no layer and no weight of a key.</exception>
    /// <exception cref="InvalidOperationException">
    /// A draw is alive, or a weight was frozen when the network was wrapped and so has no posterior.
    /// </exception>
    public static void Unfreeze(this IBayesianNetwork model, params string[] keys) => model.Arena.SetFrozen(keys, isFrozen: false);

    /// <summary>Gives every Bayesian weight of the network the same prior.</summary>
    /// <param name="model">The network.</param>
    /// <param name="prior">The prior; the next loss is computed with it.</param>
    /// <example><c>model.SetPrior(new GaussianPrior(0.5))</c></example>
    public static void SetPrior(this IBayesianNetwork model, Prior prior)
    {
        ArgumentNullException.ThrowIfNull(prior);
        foreach (var weight in model.Arena.BayesianWeights)
            model.Arena.SetPrior(weight.Key, prior);
    }

    /// <summary>Lets the weights rest at the posterior mean while no draw is alive. This is how a model starts.</summary>
    /// <param name="model">The network.</param>
    public static void UseMean(this IBayesianNetwork model) => UseWeights(model.Arena, WeightState.Mean);

    /// <summary>Lets the weights rest at the MAP estimate while no draw is alive.</summary>
    /// <param name="model">The network.</param>
    public static void UseMap(this IBayesianNetwork model) => UseWeights(model.Arena, WeightState.Map);

    private static void UseWeights(NetworkArena arena, WeightState state)
    {
        using var turn = arena.TakeTurn();
        arena.Lease.UseWeights(state);
    }
}
