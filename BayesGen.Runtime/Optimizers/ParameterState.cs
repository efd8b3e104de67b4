using TorchSharp.Modules;

namespace BayesGen.Optimizers;

/// <summary>The state that an optimizer keeps for a parameter.</summary>
internal static class ParameterState
{
    /// <summary>The state of a parameter.</summary>
    /// <exception cref="InvalidOperationException">The optimizer was made for parameters that are gone.</exception>
    public static TState Of<TState>(IDictionary<nint, OptimizerState> states, Parameter parameter)
        where TState : OptimizerState => states.TryGetValue(parameter.Handle, out var state) ? (TState)state : throw Moved();

    /// <summary>Checks that a parameter is still there.</summary>
    /// <exception cref="InvalidOperationException">It is gone.</exception>
    public static void RequireLiving(Parameter parameter)
    {
        if (parameter.IsInvalid)
            throw Moved();
    }

    private static InvalidOperationException Moved() => new(
        "The optimizer was made before its network was moved or converted (to, cuda, half), or for one that was disposed: moving makes new "
        + "parameters, which it does not know. Make the optimizer after moving.");
}
