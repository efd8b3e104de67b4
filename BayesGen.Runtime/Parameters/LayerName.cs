namespace BayesGen.Parameters;

/// <summary>A layer as people name it.</summary>
/// <param name="Key">The key of its module, or of the part of a module that holds several layers.</param>
/// <param name="Class">The name of its class.</param>
internal sealed record LayerName(string Key, string Class);
