using BayesGen.Parameters;

namespace BayesGen.Training;

/// <summary>
/// Which parts of a network are in training mode: a user may have put some into evaluation mode, such as a batch normalization whose
/// statistics are to stay.
/// </summary>
internal sealed class ModuleModes
{
    private readonly IBayesianNetwork _model;
    private readonly bool _isTraining;
    private readonly List<(nn.Module Module, bool Mode)> _modes;

    /// <summary>The modes now.</summary>
    public ModuleModes(IBayesianNetwork model)
    {
        (_model, _isTraining) = (model, model.training);
        _modes = [.. model.Arena.Network.modules().Select(module => (module, module.training))];
    }

    /// <summary>Puts every part into the mode that it was in.</summary>
    public void Restore()
    {
        _model.train(_isTraining);
        // Parents come before their children, whom they take along.
        foreach (var (module, mode) in _modes)
            if (module.training != mode)
                module.train(mode);
    }
}
