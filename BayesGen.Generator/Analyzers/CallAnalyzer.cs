using System.Collections.Immutable;
using BayesGen.SourceGeneration.Bodies;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds layers of Estimator.Local that are run without the hook that adds their noise.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CallAnalyzer : DiagnosticAnalyzer
{
    /// <summary>
    /// The property of the diagnostic that holds the call to write instead of one of a functional; empty where only the method's name has
    /// to change.
    /// </summary>
    internal const string CallProperty = "Call";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.WithoutNoise];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { } known)
                start.RegisterOperationAction(
                    operation => Analyze(operation, known), OperationKind.Invocation, OperationKind.MethodReference);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        var (method, instance) = context.Operation switch
        {
            IInvocationOperation invoked => (invoked.TargetMethod, invoked.Instance),
            IMethodReferenceOperation named => (named.Method, named.Instance),
            _ => default,
        };
        if (method is null || !known.IsTorchSharp(method.ContainingType))
            return;
        var network = context.ContainingSymbol.ContainingType;
        if (method.Name == "forward")
        {
            if (LocalLayers.MemberBehind(instance, network, known, context.CancellationToken) is { } layer)
                Report(context, layer, $"write {Text(instance!)}.call{Arguments(context.Operation)}", "");
        }
        else if (method.Name is "linear" or "conv1d" or "conv2d" or "conv3d" && context.Operation is IInvocationOperation functional)
        {
            AnalyzeFunctional(functional, network, context, known);
        }
    }

    /// <summary><c>functional.linear(x, fc.weight, fc.bias)</c>.</summary>
    private static void AnalyzeFunctional(
        IInvocationOperation functional, INamedTypeSymbol? network, OperationAnalysisContext context, KnownTypes known)
    {
        if (Parameter("weight") is not { } layer
            || LocalLayers.MemberBehind(layer, network, known, context.CancellationToken) is not { } member)
            return;
        var input = functional.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0)?.Value;
        // Strides and paddings may differ from those of the layer; a linear function has nothing else to say.
        var isTheLayer = functional.TargetMethod.Name == "linear" && input is not null
            && Parameter("bias") is { } other && Text(other) == Text(layer);
        var call = isTheLayer ? $"{Text(layer)}.call({Text(input!)})" : null;
        Report(context, member, call is null ? $"run the layer itself, by {Text(layer)}.call(...)" : $"write {call}", call);

        // The layer in `layer.weight`.
        IOperation? Parameter(string name) => DeclaredValue.Unconverted(functional.Arguments
            .FirstOrDefault(argument => argument.Parameter?.Name is { } own && (own == name || own == name + "s"))?.Value)
            is IPropertyReferenceOperation { Property.Name: var read, Instance: { } owner } && read == name ? owner : null;
    }

    private static void Report(OperationAnalysisContext context, ISymbol layer, string advice, string? call) =>
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.WithoutNoise,
            context.Operation.Syntax.GetLocation(),
            DiagnosticProperty.Of(CallProperty, call),
            layer.Name,
            advice));

    private static string Text(IOperation operation) => operation.Syntax.ToString();

    private static string Arguments(IOperation operation) =>
        operation.Syntax is InvocationExpressionSyntax call ? call.ArgumentList.ToString() : "";
}
