namespace BayesGen.Parameters;

/// <summary>
/// Evaluation mode for as long as it lives. Afterward every part of the network is in the mode that it was in, parts that the user had
/// put into another mode than the whole included, such as a frozen batch normalization.
/// </summary>
internal sealed class EvaluationMode : IDisposable
{
    private readonly Action<bool> _train;
    private readonly bool _wasTraining;
    private readonly List<(nn.Module Module, bool Mode)> _modes;

    /// <summary>A wrapper and the network in it.</summary>
    public EvaluationMode(IBayesianNetwork model) : this(model.Arena.Network, model.training, mode => model.train(mode))
    {
    }

    /// <summary>A plain network.</summary>
    public EvaluationMode(nn.Module network) : this(network, network.training, mode => network.train(mode))
    {
    }

    private EvaluationMode(nn.Module network, bool isTraining, Action<bool> train)
    {
        (_train, _wasTraining) = (train, isTraining);
        _modes = [.. network.modules().Select(module => (module, module.training))];
        train(false);
    }

    public void Dispose()
    {
        _train(_wasTraining);
        foreach (var (module, mode) in _modes)
            if (module.training != mode)
                module.train(mode);
    }
}
