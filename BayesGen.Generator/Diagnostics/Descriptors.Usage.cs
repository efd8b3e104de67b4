using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Diagnostics;

// The rules about code that uses a wrapper.
internal static partial class Descriptors
{
    private const string Usage = "BayesGen.Usage";

    /// <summary>{0} what to write instead.</summary>
    public static readonly DiagnosticDescriptor BareBackward = Error(
        "BG0200",
        "A bare backward() under a draw",
        "This backward() stops at the drawn weights and never reaches the posterior: {0}",
        Usage,
        "The weights of a draw are leaves for autograd; only WeightDraw.Backward carries their gradients on to the posterior.");

    /// <summary>{0} the network, {1} the softmax.</summary>
    public static readonly DiagnosticDescriptor SoftmaxTwice = Warning(
        "BG0201",
        "A softmax in front of cross entropy",
        "'{0}.forward' ends in {1}, and FitLoss.CrossEntropy takes logits, to which it applies log-softmax itself; return the logits",
        Usage,
        "Probabilities that are squashed twice have small gradients and can never be sharp.");

    /// <summary>{0} why and what to do.</summary>
    public static readonly DiagnosticDescriptor ThresholdFitsNothing = Error(
        "BG0202",
        "A threshold fits nothing in the network",
        "This threshold fits nothing: {0}",
        Usage,
        "One number stands for one family, and the threshold of a single weight needs the key of a Bayesian weight.");

    /// <summary>{0} what the options say.</summary>
    public static readonly DiagnosticDescriptor RenyiOfOneDraw = Warning(
        "BG0203",
        "RenyiLoss with one draw per step",
        "RenyiLoss weighs the draws of a step against each other, and there is one: {0}; set it to 2 or more, or use ElboLoss",
        Usage,
        "One draw alone has the weight 1 whatever alpha is, so alpha does nothing.");

    /// <summary>{0} the variable of the network, {1} the wrapper, {2} what to do.</summary>
    public static readonly DiagnosticDescriptor OwnedNetwork = Error(
        "BG0204",
        "The plain network used while a wrapper owns it",
        "'{0}' belongs to a {1} here: {2}",
        Usage,
        "A wrapper puts the weights and gradients of the network into memory of its own; other parameters or gradients cut it off.");
}
