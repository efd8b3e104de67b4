using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>
/// Says in words which posterior a loss cannot score, where a trainer is made. The compiler refuses the call of CreateTrainer too, by the
/// constraint of its type parameter, but its words name neither the field nor a loss that fits.
/// </summary>
/// <remarks>It looks at syntax and not at operations: a call that the compiler refuses has no operation that names the method.</remarks>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LossPairAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.LossCannotScore];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is not { } known)
                return;
            start.RegisterSyntaxNodeAction(node => AnalyzeCall(node, known), SyntaxKind.InvocationExpression);
            start.RegisterSyntaxNodeAction(
                node => AnalyzeCreation(node, known), SyntaxKind.ObjectCreationExpression, SyntaxKind.ImplicitObjectCreationExpression);
        });
    }

    /// <summary><c>model.CreateTrainer(new GaussianKLLoss(), options)</c>.</summary>
    private static void AnalyzeCall(SyntaxNodeAnalysisContext context, KnownTypes known)
    {
        var call = (InvocationExpressionSyntax)context.Node;
        if (NameOf(call.Expression) is not { Identifier.ValueText: "CreateTrainer" } name)
            return;
        // With explicit type arguments that break the constraint there is no member group, but there are candidates.
        var method = context.SemanticModel.GetMemberGroup(call.Expression, context.CancellationToken)
            .Concat(context.SemanticModel.GetSymbolInfo(call, context.CancellationToken).CandidateSymbols)
            .OfType<IMethodSymbol>()
            .FirstOrDefault(candidate => candidate.Parameters.Any(parameter => parameter.Name == "loss"));
        if (method is null || !known.IsWrapper(method.ContainingType) || Argument(call.ArgumentList, method, "loss") is not { } argument)
            return;
        var loss = name is GenericNameSyntax generic ? generic.TypeArgumentList.Arguments[0] : argument;
        Report(context, argument, method.ContainingType, TypeOf(loss, context), known);
    }

    /// <summary>
    /// <c>new VariationalTrainer(model, forward, new GaussianKLLoss(), options)</c>; a loss of unknown class is left to the runtime.
    /// </summary>
    private static void AnalyzeCreation(SyntaxNodeAnalysisContext context, KnownTypes known)
    {
        var creation = (BaseObjectCreationExpressionSyntax)context.Node;
        if (context.SemanticModel.GetSymbolInfo(creation, context.CancellationToken).Symbol is not IMethodSymbol constructor
            || !SymbolEqualityComparer.Default.Equals(constructor.ContainingType, known.Trainer)
            || Argument(creation.ArgumentList, constructor, "model") is not { } model
            || Argument(creation.ArgumentList, constructor, "loss") is not { } argument)
            return;
        if (ClassOf(model, context, known) is { } wrapper && known.IsWrapper(wrapper)
            && ClassOf(argument, context, known) is { IsAbstract: false } loss)
            Report(context, argument, wrapper, loss, known);
    }

    private static void Report(
        SyntaxNodeAnalysisContext context, ExpressionSyntax argument, INamedTypeSymbol wrapper, ITypeSymbol? loss, KnownTypes known)
    {
        if (loss is null || !loss.DerivesFrom(known.Loss)
            || wrapper.GetMembers("Network").OfType<IPropertySymbol>().FirstOrDefault()?.Type is not INamedTypeSymbol network)
            return;
        var scored = ScoredFields.In(network, known, new HashSet<ISymbol>(SymbolEqualityComparer.Default), context.CancellationToken);
        foreach (var arguments in LossReader.Mismatches(loss, scored, known, context.CancellationToken))
        {
            var finding = new Finding(Descriptors.LossCannotScore, argument.GetLocation(), network, arguments)
            {
                Properties = LossCatalog.Replacements(scored, known, context.CancellationToken),
            };
            context.ReportDiagnostic(finding.ToDiagnostic());
        }
    }

    /// <summary>The class of a value, behind conversions and names where its type does not tell.</summary>
    private static INamedTypeSymbol? ClassOf(ExpressionSyntax expression, SyntaxNodeAnalysisContext context, KnownTypes known)
    {
        var type = TypeOf(expression, context);
        if (type is { IsAbstract: true } && DeclaredValue.Of(
            context.SemanticModel.GetOperation(expression, context.CancellationToken), known,
            context.CancellationToken) is { Type: { } made })
            type = made;
        return type as INamedTypeSymbol;
    }

    private static ITypeSymbol? TypeOf(ExpressionSyntax expression, SyntaxNodeAnalysisContext context) =>
        context.SemanticModel.GetTypeInfo(expression, context.CancellationToken).Type;

    private static SimpleNameSyntax? NameOf(ExpressionSyntax called) => called switch
    {
        MemberAccessExpressionSyntax access => access.Name,
        MemberBindingExpressionSyntax binding => binding.Name,
        _ => called as SimpleNameSyntax,
    };

    private static ExpressionSyntax? Argument(ArgumentListSyntax? list, IMethodSymbol method, string parameter)
    {
        if (list is null)
            return null;
        var named = list.Arguments.FirstOrDefault(argument => argument.NameColon?.Name.Identifier.ValueText == parameter);
        if (named is not null)
            return named.Expression;
        var index = method.Parameters.First(candidate => candidate.Name == parameter).Ordinal;
        return list.Arguments.ElementAtOrDefault(index) is { NameColon: null } positional ? positional.Expression : null;
    }
}
