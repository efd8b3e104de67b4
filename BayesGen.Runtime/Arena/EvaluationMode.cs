namespace BayesGen;

/// <summary>
/// Evaluation mode for as long as it lives. Afterwards every part of the network is in the mode that it was in, parts that the user had
/// put into another mode than the whole included, such as a frozen batch normalisation.
/// </summary>
internal sealed class EvaluationMode : IDisposable
{
    private readonly IBayesianNetwork _model;
    private readonly bool _wasTraining;
    private readonly List<(nn.Module Module, bool Mode)> _modes;

    public EvaluationMode(IBayesianNetwork model)
    {
        _model = model;
        _wasTraining = model.training;
        _modes = [.. model.Arena.Network.modules().Select(module => (module, module.training))];
        model.train(false);
    }

    public void Dispose()
    {
        _model.train(_wasTraining);
        foreach (var (module, mode) in _modes)
            if (module.training != mode)
                module.train(mode);
    }
}
