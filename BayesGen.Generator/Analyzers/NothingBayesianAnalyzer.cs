using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds networks that ask for a wrapper and have nothing that could be Bayesian in it.</summary>
/// <remarks>Whatever may hold a layer or an annotated network that the declarations do not show is left to the runtime.</remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NothingBayesianAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.NothingBayesian];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { } known)
                start.RegisterSymbolAction(symbol => Analyze(symbol, known), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known)
    {
        var network = (INamedTypeSymbol)context.Symbol;
        if (network.IsAbstract || !Annotations.IsNetwork(network, known)
            || known.ModuleBaseOf(network) is not { } module || !IsAllInSight(network, module, context.CancellationToken))
            return;
        var reading = NetworkReader.Read(network, known, context.CancellationToken);
        if (reading.Findings.Count > 0 || reading.Model is null
            || reading.Model.Members.Any(member => member.Role is not (MemberRole.Weightless or MemberRole.Deterministic))
            || !NetworkField.Of(network, known).All(field => IsPlain(field, known)))
            return;
        var onClass = network.SelfAndBases().Any(type => type.Find(known.BayesianAttribute) is not null);
        var hasWeights = reading.Model.Members.Any(member => member.HoldsWeights);
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.NothingBayesian,
            network.Locations.FirstOrDefault() ?? Location.None,
            network.ShortName(),
            (onClass, hasWeights) switch
            {
                (_, false) => "none of its members has weights",
                (true, true) => "the [Bayesian] of the class counts for layers that are neither [Deterministic] nor normalization "
                    + "layers, and there is none",
                (false, true) => "no layer is annotated; put [Bayesian(...)] on a layer, or on the class for all of them",
            }));
    }

    /// <summary>
    /// Whether the fields are all that the network has: its classes have a source, the last one derives from Module itself, and nobody
    /// registers by hand.
    /// </summary>
    private static bool IsAllInSight(INamedTypeSymbol network, INamedTypeSymbol module, CancellationToken cancellation)
    {
        var chain = network.SelfAndBases().TakeWhile(type => !SymbolEqualityComparer.Default.Equals(type, module)).ToList();
        return chain.All(type => !type.DeclaringSyntaxReferences.IsEmpty)
            && !chain.SelectMany(type => type.DeclaringSyntaxReferences)
                .SelectMany(reference => reference.GetSyntax(cancellation).DescendantNodes())
                .OfType<SimpleNameSyntax>()
                .Any(name => name.Identifier.ValueText is "register_module" or "add_module" or "register_parameter");
    }

    /// <summary>Whether a field surely holds nothing that could be Bayesian.</summary>
    private static bool IsPlain(NetworkField field, KnownTypes known) => LayerCatalog.KindOf(field.Field.Type, known) switch
    {
        LayerKind.Weightless => true,
        LayerKind.Any => field.Member.Find(known.DeterministicAttribute) is not null,
        LayerKind.Named => field.Member.Find(known.DeterministicAttribute) is not null
            || known.IsTorchSharp(field.Field.Type) && field.Field.Type.Name is not ("Sequential" or "ModuleList" or "ModuleDict"),
        LayerKind.Normalization or LayerKind.WeightAndBias or LayerKind.Weight or LayerKind.Parameter => true,
        _ => HoldsNoLayer(field.Field.Type, known),
    };

    private static bool HoldsNoLayer(ITypeSymbol type, KnownTypes known) =>
        type.SpecialType is not (SpecialType.None or SpecialType.System_Object)
        || type.TypeKind is TypeKind.Enum or TypeKind.Delegate
        || known.IsTensor(type)
        || type is IArrayTypeSymbol array && HoldsNoLayer(array.ElementType, known);
}
