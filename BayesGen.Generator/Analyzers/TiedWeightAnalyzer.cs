using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>
/// Finds <c>decoder.weight = encoder.weight</c> between fields of which only one is Bayesian, or which differ in family, or whose
/// family has numbers for the units of one layer.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TiedWeightAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.TiedApart, Descriptors.NoUnits];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { } known)
                start.RegisterOperationAction(operation => Analyze(operation, known), OperationKind.SimpleAssignment);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        var tie = (ISimpleAssignmentOperation)context.Operation;
        if (context.ContainingSymbol is not IMethodSymbol { MethodKind: MethodKind.Constructor, ContainingType: { } network }
            || WeightOf(tie.Target, network, known) is not { } target || WeightOf(tie.Value, network, known) is not { } source
            || SymbolEqualityComparer.Default.Equals(target, source)
            || network.IsAbstract || !Annotations.IsNetwork(network, known))
            return;
        var (one, other) = (FamilyOf(target, network, known), FamilyOf(source, network, known));
        if (one != other)
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.TiedApart, tie.Syntax.GetLocation(), target.Name, one ?? "plain", source.Name, other ?? "plain"));
        else if (AnnotationOf(target, network, known) is { } annotation && FamilyCatalog.PosteriorOf(annotation, known) is { } posterior
            && FamilyFacts.Of(posterior, known) is { Fault: null, HasUnits: true })
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.NoUnits, tie.Syntax.GetLocation(), target.Name, one!,
                $"its weight is that of '{source.Name}' too, and units are those of one layer; give both a family without units, or each a "
                + "weight of its own"));
    }

    /// <summary>The member in <c>layer.weight</c> whose layer has that weight for its own; null for anything else.</summary>
    private static ISymbol? WeightOf(IOperation value, INamedTypeSymbol network, KnownTypes known) =>
        DeclaredValue.Unconverted(value) is IPropertyReferenceOperation { Property.Name: "weight", Instance: { } layer }
            && DeclaredValue.Unconverted(layer) is IMemberReferenceOperation { Instance: IInstanceReferenceOperation } held
            && SymbolEqualityComparer.Default.Equals(held.Member.ContainingType, network)
            && layer.Type is { } type && LayerCatalog.KindOf(type, known) is LayerKind.WeightAndBias or LayerKind.Weight
                ? held.Member
                : null;

    /// <summary>The family that a member's weight gets, as its annotation says it, or null where it stays plain.</summary>
    private static string? FamilyOf(ISymbol member, INamedTypeSymbol network, KnownTypes known) =>
        AnnotationOf(member, network, known)?.ConstructorArguments.FirstOrDefault() switch
        {
            null => null,
            { Kind: TypedConstantKind.Enum, Type: { } family } named => family.GetMembers().OfType<IFieldSymbol>()
                .FirstOrDefault(candidate => candidate.HasConstantValue && Equals(candidate.ConstantValue, named.Value))?.Name
                ?? "Bayesian",
            { Value: INamedTypeSymbol posterior } => FamilyCatalog.NameOf(posterior, known),
            _ => "Bayesian",
        };

    /// <summary>What annotates a member: its own, or that of its class.</summary>
    private static AttributeData? AnnotationOf(ISymbol member, INamedTypeSymbol network, KnownTypes known) =>
        member.Find(known.BayesianAttribute) ?? (member.Find(known.DeterministicAttribute) is not null
            ? null
            : network.SelfAndBases().Select(type => type.Find(known.BayesianAttribute)).FirstOrDefault(found => found is not null));
}
