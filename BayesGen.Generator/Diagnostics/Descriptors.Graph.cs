using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Diagnostics;

/// <summary>Rules about the graph of forward.</summary>
internal static partial class Descriptors
{
    /// <summary>{0} the class, {1} the expression, {2} why.</summary>
    public static readonly DiagnosticDescriptor CannotFollow = Information(
        "BG0015",
        "The graph of a forward cannot be read",
        "The graph of '{0}' cannot be read at '{1}': {2}",
        Declaration,
        "The graph of forward, which Compact and the exports use, is read from its source. Without it they refuse.");

    /// <summary>{0} the call.</summary>
    public static readonly DiagnosticDescriptor NamedWidth = Information(
        "BG0016",
        "A view names a width that pruning could make smaller",
        "'{0}' names the width of the layer before it, so Compact cannot take units away there; flatten(1) names none",
        Declaration,
        "Compact leaves forward as it is, and a layer whose width is a constant in forward keeps all of its units.");
}
