using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds [Deterministic] where it contradicts [Bayesian] or changes nothing.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DeterministicAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [Descriptors.Contradiction, Descriptors.WithoutEffect];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { DeterministicAttribute: not null } known)
                start.RegisterSymbolAction(symbol => Analyze(symbol, known), SymbolKind.Field, SymbolKind.Property);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known)
    {
        var member = context.Symbol;
        if (member.Find(known.DeterministicAttribute) is not { } attribute)
            return;
        var where = attribute.LocationOr(member, context.CancellationToken);
        if (member.Find(known.BayesianAttribute) is not null)
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.Contradiction, where, member.Name));
        else if (ReasonWithoutEffect(member, known, context.CancellationToken) is { } why)
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.WithoutEffect, where, member.Name, why));
    }

    private static string? ReasonWithoutEffect(ISymbol member, KnownTypes known, CancellationToken cancellation)
    {
        var type = member is IFieldSymbol field ? field.Type : ((IPropertySymbol)member).Type;
        if (type.TypeKind == TypeKind.Error)
            return null; // The compiler says that there is no such type.
        if (member.IsStatic)
            return "it is static, so it is not part of a network object";
        if (member is IPropertySymbol && !NetworkField.IsBehind(member, member.ContainingType))
            return "it is not an auto-property; put it on the field that holds the layer";
        return LayerCatalog.KindOf(type, known) switch
        {
            LayerKind.NotALayer => $"it holds {type.ShortName()}, which is neither a module nor a Parameter",
            LayerKind.Open when CollectionOfLayers.ElementOf(type, known) is not null =>
                $"it holds {type.ShortName()}, which is neither a module nor a Parameter",
            LayerKind.Weightless => $"{type.ShortName()} has no weights",
            // A network with annotations of its own is Bayesian wherever it stands, and is taken out by this.
            _ when LayerCatalog.MayHoldNetworks(type, known) => null,
            _ when IsUnderAClassAnnotation(member.ContainingType, known, cancellation) => null,
            _ => $"there is no [Bayesian] on class {member.ContainingType.ShortName()}, so only annotated members are Bayesian",
        };
    }

    /// <summary>
    /// The annotation of a class counts for the members of its base classes too. An abstract class may wait for its derived classes, and so
    /// may a class of a library that other projects can derive from.
    /// </summary>
    private static bool IsUnderAClassAnnotation(INamedTypeSymbol type, KnownTypes known, CancellationToken cancellation) =>
        type.IsAbstract
        || MayHaveDerivedClassesElsewhere(type, known)
        || Annotations.OfClass(type, known) is not null
        || !type.IsSealed && HostReader.TypesIn(known.Compilation.Assembly.GlobalNamespace, cancellation).Any(derived =>
            derived.Find(known.BayesianAttribute) is not null
            && derived.SelfAndBases().Any(ancestor => SymbolEqualityComparer.Default.Equals(ancestor.OriginalDefinition, type)));

    private static bool MayHaveDerivedClassesElsewhere(INamedTypeSymbol type, KnownTypes known) => !type.IsSealed
        && known.Compilation.Options.OutputKind == OutputKind.DynamicallyLinkedLibrary
        && (type.IsVisibleToAll() || known.Compilation.Assembly.GetAttributes()
            .Any(data => data.AttributeClass?.Name == "InternalsVisibleToAttribute"))
        && type.InstanceConstructors.Any(constructor => constructor.DeclaredAccessibility != Accessibility.Private);
}
