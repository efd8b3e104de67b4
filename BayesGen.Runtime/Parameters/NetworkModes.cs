using BayesGen.Execution;

namespace BayesGen.Parameters;

/// <summary>The mode of a wrapper and of the network in it.</summary>
internal static class NetworkModes
{
    /// <summary>Evaluation mode until what is returned is disposed.</summary>
    public static EvaluationMode InEvaluationMode(this IBayesianNetwork model) =>
        new(model.Arena.Network, model.training, mode => model.train(mode));
}
