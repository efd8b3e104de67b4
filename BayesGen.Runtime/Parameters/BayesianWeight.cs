namespace BayesGen.Parameters;

/// <summary>One Bayesian weight tensor of a network.</summary>
/// <param name="Key">Its key: field names, then the name of the parameter, for example <c>conv1.weight</c>.</param>
/// <param name="Family">The name of its family.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Count">The number of elements of its shape; the padding row of an embedding, which is not a weight, is among them.</param>
public sealed record BayesianWeight(string Key, string Family, IReadOnlyList<long> Shape, long Count)
{
    /// <summary>Key, family and shape.</summary>
    public override string ToString() => $"{Key}: {Family} [{string.Join(", ", Shape)}]";
}
