using System.Collections.Immutable;

namespace BayesGen.SourceGeneration.Diagnostics;

/// <summary>What a diagnostic tells a code fix about an option of [Bayesian] that has to go.</summary>
internal static class AnnotationOption
{
    /// <summary>The property of the diagnostic that holds the name of the option.</summary>
    public const string Property = "Option";

    public static ImmutableDictionary<string, string?> Remove(string? option) => DiagnosticProperty.Of(Property, option);
}
