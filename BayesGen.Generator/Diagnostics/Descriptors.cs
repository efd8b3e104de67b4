using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Diagnostics;

/// <summary>Every rule of BayesGen. An id is never used for something else.</summary>
internal static class Descriptors
{
    private const string Declaration = "BayesGen.Declaration";
    private const string Modelling = "BayesGen.Modelling";

    /// <summary>{0} the class, {1} why and what to do.</summary>
    public static readonly DiagnosticDescriptor CannotWrap = Error(
        "BG0001",
        "A Bayesian network class cannot be wrapped",
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

    /// <summary>{0} the member or class, {1} why and what to do.</summary>
    public static readonly DiagnosticDescriptor NoLocalEstimator = Error(
        "BG0007",
        "Estimator.Local cannot be used here",
        "Estimator.Local cannot be used for '{0}': {1}",
        Declaration,
        "Local reparameterisation adds the noise to the outputs of Linear and Conv1d to Conv3d layers, and needs Gaussian weights.");

    /// <summary>{0} the field or fields with "has" or "have", {1} the family, {2} the loss, {3} the losses that fit.</summary>
    public static readonly DiagnosticDescriptor LossCannotScore = Error(
        "BG0100",
        "The loss cannot score a posterior of the network",
        "{0} the {1} posterior, which {2} cannot score; losses that can: {3}",
        Modelling,
        "A loss implements IScores of every posterior that it can score; the trainer of a network needs one that scores them all.");

    /// <summary>{0} the loss, {1} why and what to do.</summary>
    public static readonly DiagnosticDescriptor NotADefaultLoss = Error(
        "BG0101",
        "The loss of [BayesianNetwork] cannot be used",
        "'{0}' cannot be the loss of [BayesianNetwork]: {1}",
        Modelling,
        "CreateTrainer(options) creates the loss, so it needs a class with a public constructor without arguments.");

    private static DiagnosticDescriptor Error(string id, string title, string message, string category, string description) => new(
        id,
        title,
        message,
        category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description,
        helpLinkUri: $"https://github.com/bayesgen/bayesgen/blob/main/docs/diagnostics/{id}.md");
}
