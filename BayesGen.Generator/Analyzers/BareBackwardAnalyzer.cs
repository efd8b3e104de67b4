using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds <c>total.backward()</c> where <c>draw.Backward(total)</c> is meant.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BareBackwardAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The property of the diagnostic that holds the name of the draw, where the call can be rewritten.</summary>
    internal const string DrawProperty = "Draw";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.BareBackward];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { Draw: not null } known)
                start.RegisterOperationAction(operation => Analyze(operation, known), OperationKind.Invocation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        var call = (IInvocationOperation)context.Operation;
        if (ValueOf(call, known) is not { } value)
            return;
        var draw = DrawsInScope(call, known).FirstOrDefault(candidate => new DrawnValue(candidate.Model, known).Holds(value));
        if (draw is null)
            return;
        var rewritten = draw.Name is not null && call.Arguments.All(argument => argument.IsImplicit)
            && call.Syntax is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access }
                ? $"{draw.Name}.Backward({access.Expression})"
                : null;
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.BareBackward,
            call.Syntax.GetLocation(),
            DiagnosticProperty.Of(DrawProperty, rewritten is null ? null : draw.Name),
            rewritten is not null ? $"write {rewritten}"
                : draw.Name is not null ? $"use {draw.Name}.Backward(...)"
                : "give the draw a name, using var draw = model.Draw(), and write draw.Backward(...)"));
    }

    /// <summary>The tensor whose gradients a bare <c>backward()</c> computes, or null where a call is none.</summary>
    internal static IOperation? ValueOf(IInvocationOperation call, KnownTypes known)
    {
        if (call.TargetMethod.Name != "backward" || !known.IsTorchSharp(call.TargetMethod.ContainingType))
            return null;
        // Named inputs take the gradient instead of the weights.
        return call.Arguments.Any(argument => argument is { ArgumentKind: ArgumentKind.Explicit, Parameter.Name: "inputs" })
            ? null
            : call.Instance ?? call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == "tensors")?.Value;
    }

    /// <summary>The draws that are alive at a call, the innermost first.</summary>
    private static IEnumerable<DrawInScope> DrawsInScope(IInvocationOperation call, KnownTypes known)
    {
        for (var parent = call.Parent; parent is not null; parent = parent.Parent)
            if (parent is IUsingOperation { Resources: IInvocationOperation made } && IsDraw(made.Type))
                yield return new DrawInScope(null, ModelOf(made));

        var position = call.Syntax.SpanStart;
        var named = call.SemanticModel!.LookupSymbols(position)
            .Where(symbol => symbol is ILocalSymbol local && IsDraw(local.Type)
                || symbol is IParameterSymbol parameter && IsDraw(parameter.Type))
            .Where(symbol => symbol is IParameterSymbol || symbol.Locations[0].SourceSpan.End < position)
            .OrderByDescending(symbol => symbol.Locations[0].SourceSpan.Start);
        foreach (var symbol in named)
            yield return new DrawInScope(symbol.Name, ModelOf(InitializerOf(symbol, call.SemanticModel)));

        bool IsDraw(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, known.Draw);
    }

    private static IOperation? InitializerOf(ISymbol symbol, SemanticModel semantics) =>
        symbol.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: var value }
            ? semantics.GetOperation(value)
            : null;

    /// <summary>The variable in <c>variable.Draw()</c>.</summary>
    private static ISymbol? ModelOf(IOperation? made) => made is IInvocationOperation { TargetMethod.Name: "Draw" } draw
        ? DrawnValue.Named(draw.Instance ?? draw.Arguments.FirstOrDefault()?.Value)
        : null;

    /// <summary>A draw that is alive.</summary>
    /// <param name="Name">Its variable; null where it has none.</param>
    /// <param name="Model">The variable of the network it was drawn from; null where that is not known.</param>
    private sealed record DrawInScope(string? Name, ISymbol? Model);
}
