using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds thresholds that cannot mean anything in the network they are given for.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ThresholdAnalyzer : DiagnosticAnalyzer
{
    /// <summary>
    /// The property of the diagnostic that holds, separated by commas, the families of the network as keys of thresholds: full names of
    /// members of Family, or typeof(...).
    /// </summary>
    internal const string FamiliesProperty = "Families";

    /// <summary>The property of the diagnostic that holds the key of a weight that may be meant.</summary>
    internal const string NearestProperty = "Nearest";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.ThresholdFitsNothing];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { Thresholds: not null } known)
                start.RegisterOperationAction(
                    operation => Analyze(operation, known), OperationKind.Invocation, OperationKind.ObjectCreation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        foreach (var use in ThresholdUse.In(context.Operation, known, context.CancellationToken))
        {
            var families = ThresholdReader.Families(use.Network, known, context.CancellationToken);
            if (use.Bare is { } bare)
            {
                if (bare.ConstantValue.Value is double.NaN)
                    Report(bare, "it is NaN, which no score reaches or misses");
                else if (families.Count > 1)
                    Report(
                        bare,
                        $"one number stands for the families {Names(families)} of {use.Network.ShortName()}, whose scores mean "
                        + "different things; give one for each: "
                        + $"new() {{ {string.Join(", ", families.Select(family => $"[{family.Name}] = ..."))} }}",
                        FamiliesProperty, string.Join(",", families.Select(family => family.Key)));
            }

            foreach (var entry in use.Entries)
            {
                if (entry.Value.ConstantValue.Value is double.NaN)
                    Report(entry.Value, "it is NaN, which no score reaches or misses");
                if (entry.PosteriorIn(known) is { } posterior
                    && !families.Any(family => SymbolEqualityComparer.Default.Equals(family.Posterior, posterior)))
                    Report(
                        entry.Key,
                        $"{use.Network.ShortName()} has no weight of the {FamilyCatalog.NameOf(posterior, known)} family; it has "
                        + (families.Count > 0 ? Names(families) : "none"),
                        FamiliesProperty, families.Count == 1 ? families[0].Key : null);
                if (entry.Weight is { } name
                    && ThresholdReader.Keys(use.Network, known, context.CancellationToken) is { } keys && !keys.Contains(name))
                    Report(
                        entry.Key,
                        $"{use.Network.ShortName()} has no Bayesian weight '{name}'; it has "
                        + (keys.Count > 0 ? string.Join(", ", keys.Select(own => $"'{own}'")) : "none"),
                        NearestProperty, NearestName.Of(name, keys));
            }
        }

        static string Names(IReadOnlyList<FamilyOfNetwork> families) => string.Join(", ", families.Select(family => family.Name));

        void Report(IOperation where, string why, string? property = null, string? repair = null) =>
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.ThresholdFitsNothing,
                context.PlaceOf(where),
                DiagnosticProperty.Of(property ?? "", context.IsHere(where) ? repair : null),
                why));
    }
}
