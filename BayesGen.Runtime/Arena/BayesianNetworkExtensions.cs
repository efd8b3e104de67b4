namespace BayesGen;

/// <summary>What can be done with a Bayesian network's weights.</summary>
public static class BayesianNetworkExtensions
{
    /// <summary>Draws every Bayesian weight and writes the draw into the network; see <see cref="WeightDraw"/>.</summary>
    /// <param name="model">The network.</param>
    /// <param name="seed">A seed for this draw alone; null draws on from the network's own source of noise.</param>
    /// <returns>The draw; dispose it before the next one.</returns>
    public static WeightDraw Draw(this IBayesianNetwork model, long? seed = null) => model.Arena.Draw(seed);

    /// <summary>
    /// What has become of every weight of the network as it was built: its family or that it stays plain, what it is tied to, its size,
    /// and the memory of its posterior. <c>Console.WriteLine(model.Describe())</c> prints a table.
    /// </summary>
    /// <param name="model">The network.</param>
    public static NetworkDescription Describe(this IBayesianNetwork model) => model.Arena.Describe();

    /// <summary>Lets the weights rest at the posterior mean while no draw is alive. This is how a model starts.</summary>
    /// <param name="model">The network.</param>
    public static void UseMean(this IBayesianNetwork model) => model.Arena.Rest(WeightState.Mean);

    /// <summary>Lets the weights rest at the MAP estimate while no draw is alive.</summary>
    /// <param name="model">The network.</param>
    public static void UseMap(this IBayesianNetwork model) => model.Arena.Rest(WeightState.Map);

    /// <summary>
    /// Writes the MAP weights, pruned ones as zeros, and every deterministic weight and buffer into a plain network of the same class.
    /// </summary>
    /// <typeparam name="TNetwork">The class of the plain network.</typeparam>
    /// <param name="model">The Bayesian network; it is left as it was.</param>
    /// <param name="plain">A network of the same class and sizes; it shares no memory with the model afterwards.</param>
    /// <returns><paramref name="plain"/>.</returns>
    /// <exception cref="StateMismatchException">The plain network has other weights; nothing was written.</exception>
    public static TNetwork Export<TNetwork>(this IBayesianNetwork model, TNetwork plain)
        where TNetwork : nn.Module
    {
        using var turn = model.Arena.TakeTurn();
        using var loan = model.Arena.Borrow("export");
        loan.Write(WeightState.Map);
        model.Arena.CopyNetworkTo(plain);
        return plain;
    }
}
