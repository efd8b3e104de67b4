using System.Collections.Immutable;

namespace BayesGen.SourceGeneration.Diagnostics;

/// <summary>What a diagnostic tells a code fix.</summary>
internal static class DiagnosticProperty
{
    /// <summary>One property, or none where there is nothing to tell.</summary>
    public static ImmutableDictionary<string, string?> Of(string name, string? value) => value is null
        ? ImmutableDictionary<string, string?>.Empty
        : ImmutableDictionary<string, string?>.Empty.Add(name, value);
}
