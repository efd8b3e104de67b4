namespace BayesGen.Structure;

/// <summary>Sees what goes through the layers of a network for as long as it lives, and may put something else in its place.</summary>
internal sealed class LayerHooks : IDisposable
{
    private readonly List<Action> _removals = [];

    /// <param name="layers">The layers.</param>
    /// <param name="enter">Is given a layer and its input; what it returns goes in.</param>
    /// <param name="leave">Is given a layer, what went in and its output; what it returns goes on.</param>
    /// <param name="meet">Is given a layer whose units are not followed, with an input of it.</param>
    public LayerHooks(
        IEnumerable<ProbedLayer> layers,
        Func<ProbedLayer, Tensor, Tensor> enter,
        Func<ProbedLayer, Tensor, Tensor, Tensor> leave,
        Action<ProbedLayer, Tensor> meet)
    {
        foreach (var layer in layers)
            if (layer.Kind == UnitLayerKind.Other)
                _removals.Add(Watch(layer, meet));
            else
            {
                var module = (nn.Module<Tensor, Tensor>)layer.Module;
                _removals.Add(module.register_forward_pre_hook((_, input) => enter(layer, input)).remove);
                _removals.Add(module.register_forward_hook((_, input, output) => leave(layer, input, output)).remove);
            }
    }

    public void Dispose()
    {
        foreach (var remove in _removals)
            remove();
    }

    /// <summary>A layer that takes what none of these take is not watched: it shows by what it does to the units behind it.</summary>
    private static Action Watch(ProbedLayer layer, Action<ProbedLayer, Tensor> meet)
    {
        switch (layer.Module)
        {
            case nn.Module<Tensor, Tensor> module:
                return module.register_forward_hook((_, input, output) =>
                {
                    meet(layer, input);
                    return output;
                }).remove;
            case nn.Module<Tensor, Tensor, Tensor> module:
                return module.register_forward_hook((_, first, second, output) =>
                {
                    meet(layer, first);
                    meet(layer, second);
                    return output;
                }).remove;
            case nn.Module<Tensor, Tensor?, (Tensor, Tensor)> module:
                return module.register_forward_hook((_, input, _, output) =>
                {
                    meet(layer, input);
                    return output;
                }).remove;
            case nn.Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)> module:
                return module.register_forward_hook((_, input, _, output) =>
                {
                    meet(layer, input);
                    return output;
                }).remove;
            default:
                return static () => { };
        }
    }
}
