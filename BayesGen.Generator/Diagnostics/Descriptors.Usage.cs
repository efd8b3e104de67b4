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

    /// <summary>{0} the network, {1} the softmax, {2} the cross entropy.</summary>
    public static readonly DiagnosticDescriptor SoftmaxTwice = Warning(
        "BG0201",
        "A softmax in front of cross entropy",
        "'{0}.forward' ends in {1}, and {2} takes logits, to which it applies log-softmax itself; return the logits",
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
        "A wrapper puts the weights and gradients of the network into memory of its own; other parameters or gradients disconnect it.");

    /// <summary>{0} the layer, {1} what to write.</summary>
    public static readonly DiagnosticDescriptor WithoutNoise = Error(
        "BG0205",
        "A layer of Estimator.Local that is not run by call()",
        "'{0}' gets its noise from Estimator.Local by a hook, and TorchSharp runs hooks for call() alone: {1}",
        Usage,
        "Without the hook the weights of the layer are their means and get no gradient of their noise.");

    /// <summary>{0} the loss, {1} what it returns, {2} what is expected and what to do.</summary>
    public static readonly DiagnosticDescriptor WrongReduction = Warning(
        "BG0206",
        "A fit loss of the wrong reduction",
        "'{0}' returns {1}, {2}",
        Usage,
        "A sum that is taken for a mean weighs the fit as much too high as there are examples in a batch, a mean as much too low.");

    /// <summary>{0} beta, {1} what to do.</summary>
    public static readonly DiagnosticDescriptor DivergenceOutweighs = Warning(
        "BG0207",
        "A divergence that is not shared by the examples",
        "{0}, and the divergence of all weights is added to the fit of one example: it weighs N times as much as in the ELBO; {1}",
        Usage,
        "With fit + beta * divergence the true ELBO has beta = 1 / N, N the number of training examples.");

    /// <summary>{0} the threshold, {1} the family, {2} its scores, {3} what the threshold does.</summary>
    public static readonly DiagnosticDescriptor ThresholdOutOfReach = Warning(
        "BG0208",
        "A threshold outside of the scores of its family",
        "The scores of {1} weights lie {2}, so the threshold {0} {3}",
        Usage,
        "A weight is kept where its score is at least the threshold; beyond the range of the scores that is every weight or none.");

    /// <summary>{0} the variable of the wrapper.</summary>
    public static readonly DiagnosticDescriptor StepWithoutDraw = Error(
        "BG0209",
        "A training step without a draw",
        "This backward() never reaches the posterior of '{0}', which computes with its mean here, so step() moves no Bayesian weight: write "
        + "using var draw = {0}.Draw() before the forward pass, and draw.Backward(...)",
        Usage,
        "The weights of a network are leaves for autograd; only WeightDraw.Backward carries their gradients on to the posterior.");

    /// <summary>{0} the variable of the draw.</summary>
    public static readonly DiagnosticDescriptor DrawForManySteps = Error(
        "BG0210",
        "One draw for many steps",
        "'{0}' is drawn once, before this loop, and each step() changes the posterior that it was drawn from: draw inside of the loop",
        Usage,
        "The network computes with the weights of the draw, whatever becomes of the posterior; a gradient is one of the draw that it was "
        + "computed from.");

    /// <summary>{0} the network, {1} what owns it.</summary>
    public static readonly DiagnosticDescriptor SecondWrapper = Error(
        "BG0211",
        "A second wrapper over one network",
        "'{0}' belongs to {1} already, which would answer with the weights of this one: make a network for each wrapper",
        Usage,
        "A wrapper puts the weights of the network into memory of its own; a second one takes them away from it.");

    /// <summary>{0} the optimizer, {1} the wrapper, {2} the method.</summary>
    public static readonly DiagnosticDescriptor OlderOptimizer = Error(
        "BG0212",
        "An optimizer that is older than the move of its network",
        "'{0}' was made of the parameters that '{1}' had before this {2}(), which replaces them: make the optimizer after it",
        Usage,
        "An optimizer moves the tensors that it was made of, and the network no longer computes with them.");

    /// <summary>{0} the variable of the draw.</summary>
    public static readonly DiagnosticDescriptor NoDivergence = Warning(
        "BG0213",
        "A training step without a divergence",
        "This is a fit alone, so nothing keeps the posterior from narrowing to one point: add the divergence, by "
        + "loss.Aggregate([fit], [loss.Divergence({0})], beta, examples).Total",
        Usage,
        "The ELBO is the fit and the divergence of the posterior from its prior. Without the second the widths go to zero.");

    /// <summary>{0} the argument.</summary>
    public static readonly DiagnosticDescriptor BatchAsExamples = Warning(
        "BG0214",
        "The size of a batch given as the number of examples",
        "'{0}' is the size of a batch, and the divergence is shared by all training examples: give the number of those, "
        + "or it weighs too much by the number of batches",
        Usage,
        "The loss is fit + beta * divergence / N, N the number of training examples; the fit is a mean over the batch already.");

    /// <summary>{0} the network, {1} the sigmoid, {2} the loss.</summary>
    public static readonly DiagnosticDescriptor SigmoidTwice = Warning(
        "BG0215",
        "A sigmoid in front of a binary cross entropy with logits",
        "'{0}.forward' ends in {1}, and {2} takes logits, to which it applies the sigmoid itself; return the logits",
        Usage,
        "Probabilities that are squashed twice lie between 0.5 and 0.73.");

    /// <summary>{0} what is not a class, {1} the loss.</summary>
    public static readonly DiagnosticDescriptor NoClasses = Warning(
        "BG0216",
        "Cross entropy without classes",
        "{0}, and {1} needs a logit for each class and targets that number the classes: set FitLoss.SquaredError, FitLoss.Gaussian or "
        + "FitLoss.LearnedGaussian for a regression, or Likelihood.Bernoulli() for one logit of yes or no",
        Usage,
        "Cross entropy is the fit loss of a trainer unless told otherwise. Over one output it is 0 whatever the weights.");
}
