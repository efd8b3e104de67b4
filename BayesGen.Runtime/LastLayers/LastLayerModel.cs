using BayesGen.CompilerServices;
using BayesGen.Parameters;
using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.LastLayers;

/// <summary>
/// A trained network whose last Linear layer is to get a posterior, without an annotation: what <c>FitLaplace</c> and
/// <c>FitVariationalLastLayer</c> take. All other weights stay plain numbers, whatever is annotated.
/// </summary>
/// <remarks>
/// The network is taken over as it is. The posterior comes from the fit, which gives what predicts; <c>model.Predict</c> itself would ask
/// the one that weights start with.
/// </remarks>
/// <typeparam name="TNetwork">The class of the network.</typeparam>
public sealed class LastLayerModel<TNetwork> : BayesianModule<TNetwork, Tensor, Tensor>, IPosteriorByFit
    where TNetwork : nn.Module<Tensor, Tensor>
{
    /// <summary>Takes a trained network over.</summary>
    /// <param name="network">The network, built outside any dispose scope. The model owns it from now on.</param>
    /// <param name="layer">The name of the layer, as state dicts have it; null is the last Linear layer that was registered.</param>
    /// <exception cref="ArgumentNullException">There is no network.</exception>
    /// <exception cref="ArgumentException">There is no Linear layer, or none of this name; those there are get named.</exception>
    /// <example><c>using var model = new LastLayerModel&lt;Net>(trained); using var laplace = model.FitLaplace(train);</c></example>
    public LastLayerModel(TNetwork network, string? layer = null)
        : base(network, "LastLayer" + typeof(TNetwork).Name, plan => plan.Only<GaussianPosterior>(Chosen(network, layer)))
    {
    }

    /// <summary>Runs the network.</summary>
    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        BeforeForward();
        return Network.call(x);
    }

    private static Linear Chosen(TNetwork network, string? name)
    {
        List<(string Name, Linear Layer)> found = [.. Linears(network, "")];
        if (found.Count == 0)
            throw new ArgumentException(
                $"{network.GetName()} has registered no Linear layer, and a last-layer posterior is for one.", nameof(network));
        if (name is null)
            return found[^1].Layer;
        return found.Find(one => one.Name == name).Layer ?? throw new ArgumentException(
            $"{network.GetName()} has no Linear layer '{name}'. It has {string.Join(", ", found.Select(one => one.Name))}.", nameof(name));
    }

    /// <summary>The Linear layers in the order in which they stand, with their names.</summary>
    private static IEnumerable<(string Name, Linear Layer)> Linears(nn.Module module, string prefix) =>
        module.named_children().SelectMany(child => child.module is Linear linear
            ? [(prefix + child.name, linear)]
            : Linears(child.module, prefix + child.name + "."));
}
