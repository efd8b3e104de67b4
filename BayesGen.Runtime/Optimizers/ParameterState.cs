using TorchSharp.Modules;

namespace BayesGen.Optimizers;

/// <summary>The state that an optimizer keeps for a parameter.</summary>
internal static class ParameterState
{
    /// <summary>The state of a parameter.</summary>
    /// <exception cref="InvalidOperationException">The optimizer was made for parameters that are gone.</exception>
    public static TState Of<TState>(IDictionary<nint, OptimizerState> states, Parameter parameter)
        where TState : OptimizerState => states.TryGetValue(parameter.Handle, out var state) ? (TState)state : throw Moved();

    /// <summary>Checks that the optimizer knows every parameter, before it moves one of them.</summary>
    /// <remarks>
    /// States go by the address of the native tensor, and a tensor made by moving may lie where another one lay: a single parameter that is
    /// known may be known for another.
    /// </remarks>
    /// <exception cref="InvalidOperationException">One is gone, or was made since.</exception>
    public static void RequireKnown(IEnumerable<Parameter> parameters, IDictionary<nint, OptimizerState> states)
    {
        foreach (var parameter in parameters)
            if (parameter.IsInvalid || !states.ContainsKey(parameter.Handle))
                throw Moved();
    }

    private static InvalidOperationException Moved() => new(
        "The optimizer was made before its network was moved or converted (to, cuda, half), or for one that was disposed: moving makes new "
        + "parameters, which it does not know. Make the optimizer after moving.");
}
