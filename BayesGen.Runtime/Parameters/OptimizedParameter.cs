using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>A flat tensor that an optimizer moves.</summary>
/// <param name="Name">Its name in the network, such as <c>Gaussian.log_sigma</c>; with dtype and device where there are several.</param>
/// <param name="Kind">The name of the variational parameter, "prior", or "deterministic".</param>
/// <param name="Parameter">The tensor.</param>
internal sealed record OptimizedParameter(string Name, string Kind, Parameter Parameter)
{
    /// <summary>The family it belongs to; null for weights that nobody annotated.</summary>
    public string? Family { get; init; }

    /// <summary>The factor on the learning rate that the family asks for.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Kind and family in one, such as <c>Gaussian.log_sigma</c>; the kind alone where there is no family.</summary>
    public string QualifiedKind => Family is null ? Kind : $"{Family}.{Kind}";
}
