using BayesGen.SourceGeneration.Bodies;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>
/// What a trainer holds outputs against targets by, as far as it matters to the last layer: its likelihood, or its fit loss.
/// </summary>
internal static class TargetLoss
{
    private const string Fit = "FitLoss";
    private const string Likelihood = "Likelihood";

    /// <summary>The loss of classes that takes logits and has a softmax of its own, by its name in messages; else null.</summary>
    public static string? OfClasses(TrainerCall trainer, KnownTypes known, CancellationToken cancellation) =>
        SaysLikelihood(trainer, out var likelihood) ? Named(likelihood, "Categorical", known, cancellation)
        : trainer.Options.Setting(Fit) is var fitLoss && (fitLoss is not null || trainer.Options.IsComplete)
            ? SoftmaxAnalyzer.CrossEntropyIn(fitLoss, known, cancellation)
            : null;

    /// <summary>The loss of yes and no that takes logits and has a sigmoid of its own; else null.</summary>
    public static string? OfYesAndNo(TrainerCall trainer, KnownTypes known, CancellationToken cancellation) =>
        SaysLikelihood(trainer, out var likelihood) ? Named(likelihood, "Bernoulli", known, cancellation)
        : trainer.Options.Knows(Fit, out var fitLoss) ? SoftmaxAnalyzer.OwnLogitLossIn(fitLoss, known, cancellation)
        : null;

    /// <summary>Where the options say it.</summary>
    public static Location LocationOf(TrainerCall trainer) =>
        trainer.Options.LocationOf(SaysLikelihood(trainer, out _) ? Likelihood : Fit);

    private static bool SaysLikelihood(TrainerCall trainer, out IOperation? likelihood) =>
        (likelihood = trainer.Options.Setting(Likelihood)) is not null;

    private static string? Named(IOperation? likelihood, string kind, KnownTypes known, CancellationToken cancellation) =>
        DeclaredValue.Of(likelihood, known, cancellation) is IInvocationOperation { TargetMethod: var made }
        && made.Name == kind && SymbolEqualityComparer.Default.Equals(made.ContainingType, known.Likelihood)
            ? $"{Likelihood}.{kind}"
            : null;
}
