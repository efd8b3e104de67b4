namespace BayesGen.Structure;

/// <summary>What a unit is marked with.</summary>
internal enum ProbeMark
{
    NaN,

    /// <summary>Noise added.</summary>
    Up,

    /// <summary>The same noise taken away.</summary>
    Down,

    /// <summary>Every layer puts out zero, so that what a layer still reads, and is not the same everywhere, comes from no unit.</summary>
    Silence,
}
