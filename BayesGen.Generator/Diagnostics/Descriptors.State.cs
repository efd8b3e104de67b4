using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Diagnostics;

// The rules about what is saved under which key.
internal static partial class Descriptors
{
    private const string State = "BayesGen.State";

    /// <summary>{0} the old name, {1} the member, {2} why and what to do.</summary>
    public static readonly DiagnosticDescriptor FormerNameUnusable = Error(
        "BG0303",
        "A [FormerlyKnownAs] cannot be used",
        "[FormerlyKnownAs(\"{0}\")] on '{1}' cannot be used: {2}",
        State,
        "It says under which name a saved member of a network was saved before, and that name may mean nothing else.");
}
