using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Diagnostics;

/// <summary>Every rule of BayesGen. An id is never used for something else.</summary>
internal static partial class Descriptors
{
    private const string Declaration = "BayesGen.Declaration";
    private const string Modeling = "BayesGen.Modeling";

    /// <summary>{0} the class, {1} why and what to do.</summary>
    public static readonly DiagnosticDescriptor CannotWrap = Error(
        "BG0001",
        "A Bayesian neural network class cannot be wrapped",
        "'{0}' cannot get a Bayesian wrapper: {1}",
        Declaration,
        "The wrapper is a class beside the network that derives from the same Module<...> and names the network.");

    /// <summary>{0} the member, {1} why and what to do.</summary>
    public static readonly DiagnosticDescriptor NoWeights = Error(
        "BG0002",
        "A [Bayesian] member has no weights",
        "'{0}' cannot be Bayesian: {1}",
        Declaration,
        "A posterior is put on the weights of a layer or on a Parameter, in a field or an auto-property.");

    /// <summary>{0} the family or prior as the annotation has it, {1} why and what to do.</summary>
    public static readonly DiagnosticDescriptor NotAFamily = Error(
        "BG0003",
        "A [Bayesian] annotation names no usable posterior or prior",
        "'{0}' cannot be used here: {1}",
        Declaration,
        "A posterior derives from Posterior and implements IPosterior of itself; a prior derives from Prior and can be constructed.");

    /// <summary>{0} the member or members with "is" or "are", {1} why and what to do.</summary>
    public static readonly DiagnosticDescriptor NotRegistered = Error(
        "BG0004",
        "A layer of a Bayesian neural network is never registered",
        "{0} never registered with TorchSharp: {1}",
        Declaration,
        "A layer that TorchSharp does not know of is not trained, moved or saved, and cannot get a posterior.");

    /// <summary>{0} the member.</summary>
    public static readonly DiagnosticDescriptor Contradiction = Error(
        "BG0005",
        "A member is both [Bayesian] and [Deterministic]",
        "'{0}' is both [Bayesian] and [Deterministic]; keep one of them",
        Declaration,
        "[Bayesian] gives the weights of a member a posterior; [Deterministic] keeps them plain.");

    /// <summary>{0} the member, {1} why.</summary>
    public static readonly DiagnosticDescriptor WithoutEffect = Warning(
        "BG0006",
        "A [Deterministic] has no effect",
        "[Deterministic] on '{0}' has no effect: {1}",
        Declaration,
        "[Deterministic] takes a member with weights out of the [Bayesian] of its class.");

    /// <summary>{0} the member or class, {1} why and what to do.</summary>
    public static readonly DiagnosticDescriptor NoLocalEstimator = Error(
        "BG0007",
        "Estimator.Local cannot be used here",
        "Estimator.Local cannot be used for '{0}': {1}",
        Declaration,
        "Local reparameterization adds the noise to the outputs of Linear and Conv1d to Conv3d layers, and needs Gaussian weights.");

    /// <summary>{0} the class, {1} why and what to do.</summary>
    public static readonly DiagnosticDescriptor NothingBayesian = Warning(
        "BG0008",
        "A Bayesian neural network without Bayesian weights",
        "'{0}' has no Bayesian weights, so there is nothing to train as a posterior: {1}",
        Declaration,
        "A wrapper without Bayesian weights has no divergence, and its trainer refuses to train.");

    /// <summary>{0} and {2} the members, {1} and {3} what becomes of them.</summary>
    public static readonly DiagnosticDescriptor TiedApart = Error(
        "BG0009",
        "A tied weight with two annotations",
        "This ties the weight of '{0}', which is {1}, to that of '{2}', which is {3}: give both the same annotation",
        Declaration,
        "A weight that two layers share has one posterior, or none.");

    /// <summary>{0} the missing type, {1} the class, {2} what to do.</summary>
    public static readonly DiagnosticDescriptor MissingWrapper = Error(
        "BG0010",
        "A wrapper of a class without annotations",
        "There is no {0}, since class {1} has no annotation of its own: {2}",
        Declaration,
        "A wrapper is written for a class that carries [Bayesian] or [BayesianNetwork], or has a member that carries [Bayesian].");

    /// <summary>{0} the posterior class, {1} why and what to do.</summary>
    public static readonly DiagnosticDescriptor UndescribedFamily = Error(
        "BG0011",
        "A posterior class does not describe its family",
        "'{0}' does not describe its family: {1}",
        Declaration,
        "What is known of a family stands in attributes on its class: [PosteriorFamily], a [PosteriorParameter] for each parameter, and "
        + "[ClosedFormKl] beside IHasClosedFormKl.");

    /// <summary>{0} the member, {1} the family, {2} why and what to do.</summary>
    public static readonly DiagnosticDescriptor NoUnits = Error(
        "BG0012",
        "A family of units on weights without units of their own",
        "'{0}' has no units for the {1} family: {2}",
        Declaration,
        "A family with numbers for units needs a layer with inputs and outputs: a unit is a slice of its weight, and belongs to it alone.");

    /// <summary>{0} the axis, {1} the member, {2} why and what to do.</summary>
    public static readonly DiagnosticDescriptor NoSuchAxis = Error(
        "BG0013",
        "An axis of units that the layer does not have",
        "Groups = UnitAxis.{0} cannot be used for '{1}': {2}",
        Declaration,
        "A unit is a slice of a weight along one dimension, and each layer lays out its weights in its own way.");

    /// <summary>{0} the member or class, {1} the family.</summary>
    public static readonly DiagnosticDescriptor GroupsWithoutEffect = Warning(
        "BG0014",
        "An axis of units for a family without units",
        "Groups on '{0}' has no effect: the {1} family has a number for every weight and none for units; remove Groups, or take a family of "
        + "units",
        Declaration,
        "Groups chooses which slices of a weight are units, for families that have numbers for units.");

    /// <summary>{0} the field or fields with "has" or "have", {1} the family, {2} the loss, {3} the losses that fit.</summary>
    public static readonly DiagnosticDescriptor LossCannotScore = Error(
        "BG0100",
        "The loss cannot score a posterior of the network",
        "{0} the {1} posterior, which {2} cannot score; losses that can: {3}",
        Modeling,
        "A loss implements IScores of every posterior that it can score; the trainer of a network needs one that scores them all.");

    /// <summary>{0} the loss, {1} why and what to do.</summary>
    public static readonly DiagnosticDescriptor NotADefaultLoss = Error(
        "BG0101",
        "The loss of [BayesianNetwork] cannot be used",
        "'{0}' cannot be the loss of [BayesianNetwork]: {1}",
        Modeling,
        "CreateTrainer(options) creates the loss, so it needs a class with a public constructor without arguments.");

    /// <summary>{0} the field or fields with "has" or "have", {1} the prior, {2} why the loss cannot use it, {3} what fits.</summary>
    public static readonly DiagnosticDescriptor PriorCannotBeScored = Error(
        "BG0102",
        "The loss cannot score a posterior against its prior",
        "{0} the prior {1}, and {2}; {3}",
        Modeling,
        "A divergence needs a closed form for the pair of posterior and prior, or the density of both.");

    /// <summary>{0} the field or fields with "has" or "have", {1} what IVON cannot train, {2} why and what to do.</summary>
    public static readonly DiagnosticDescriptor NoIvon = Error(
        "BG0103",
        "IVON cannot train the network",
        "{0} {1}, and {2}",
        Modeling,
        "IVON sets the width of Gaussian posteriors from curvatures and takes its weight decay from Gaussian priors. Wrappers of other "
        + "networks have no CreateIvonTrainer.");

    private static DiagnosticDescriptor Error(string id, string title, string message, string category, string description) =>
        Rule(id, title, message, category, DiagnosticSeverity.Error, description);

    private static DiagnosticDescriptor Warning(string id, string title, string message, string category, string description) =>
        Rule(id, title, message, category, DiagnosticSeverity.Warning, description);

    private static DiagnosticDescriptor Information(string id, string title, string message, string category, string description) =>
        Rule(id, title, message, category, DiagnosticSeverity.Info, description);

    private static DiagnosticDescriptor Rule(
        string id, string title, string message, string category, DiagnosticSeverity severity, string description) => new(
        id,
        title,
        message,
        category,
        severity,
        isEnabledByDefault: true,
        description,
        helpLinkUri: $"https://github.com/bayesgen/bayesgen/blob/main/docs/diagnostics/{id}.md");
}
