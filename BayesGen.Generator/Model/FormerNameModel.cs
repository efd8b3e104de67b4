namespace BayesGen.SourceGeneration.Model;

/// <summary>What a saved member of a network was once called.</summary>
/// <param name="Key">The key of the member today.</param>
/// <param name="Former">The key it had.</param>
internal sealed record FormerNameModel(string Key, string Former);
