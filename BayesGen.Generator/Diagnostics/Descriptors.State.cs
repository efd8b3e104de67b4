using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Diagnostics;

// The rules about what is saved under which key.
internal static partial class Descriptors
{
    private const string State = "BayesGen.State";

    /// <summary>{0} the network, {1} the entries of the file, {2} what became of them and what to do.</summary>
    public static readonly DiagnosticDescriptor StateLost = Warning(
        "BG0300",
        "A key of saved files is gone",
        "Files saved by {0} hold {1}, which it would not find: {2}",
        State,
        "BayesGen.State.txt lists what saved files hold; a network that reads none of it under that key cannot load them.");

    /// <summary>{0} the member, {1} the network, {2} the entries.</summary>
    public static readonly DiagnosticDescriptor StateUnlisted = Warning(
        "BG0301",
        "A key is not in BayesGen.State.txt",
        "'{0}' of {1} saves {2}, which BayesGen.State.txt does not list",
        State,
        "What the file lists is guarded against renames; add the lines before files are saved that somebody keeps.");

    /// <summary>{0} the line, {1} what is wrong with it.</summary>
    public static readonly DiagnosticDescriptor NoStateEntry = Warning(
        "BG0302",
        "A line of BayesGen.State.txt is not an entry",
        "'{0}' is not an entry: {1}",
        State,
        "Each line of BayesGen.State.txt names a network, a key and the family of its posterior; lines that begin with # are comments.");

    /// <summary>{0} the old name, {1} the member, {2} why and what to do.</summary>
    public static readonly DiagnosticDescriptor FormerNameUnusable = Error(
        "BG0303",
        "A [FormerlyKnownAs] cannot be used",
        "[FormerlyKnownAs(\"{0}\")] on '{1}' cannot be used: {2}",
        State,
        "It says under which name a saved member of a network was saved before, and that name may mean nothing else.");
}
