using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Diagnostics;

/// <summary>What is wrong with a class, where, and in words. It holds a live location and never enters the generator's pipeline.</summary>
internal sealed class Finding(DiagnosticDescriptor rule, Location location, INamedTypeSymbol owner, params string[] arguments)
{
    /// <summary>The class that has to be changed: of a network and its base class only one reports it.</summary>
    public INamedTypeSymbol Owner { get; } = owner;

    /// <summary>What a code fix has to know.</summary>
    public ImmutableDictionary<string, string?> Properties { get; init; } = ImmutableDictionary<string, string?>.Empty;

    /// <summary>The text for the runtime, where no compiler says the id.</summary>
    public string Message =>
        $"{rule.Id}: {string.Format(CultureInfo.InvariantCulture, rule.MessageFormat.ToString(CultureInfo.InvariantCulture), arguments)}";

    // The arguments are strings, never symbols: a diagnostic may outlive its compilation.
    public Diagnostic ToDiagnostic() => Diagnostic.Create(rule, location, Properties, arguments);
}
