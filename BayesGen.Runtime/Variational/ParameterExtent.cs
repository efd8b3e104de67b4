namespace BayesGen.Variational;

/// <summary>What one number of a variational parameter belongs to.</summary>
public enum ParameterExtent
{
    /// <summary>One number for every weight.</summary>
    Weight,

    /// <summary>One number for every unit: a slice of the weight along one axis, for example all weights of one input feature.</summary>
    Unit,

    /// <summary>One number for the whole weight of a layer.</summary>
    Layer,
}
