using System.Collections.Immutable;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>Finds a step by hand that shares the divergence by the examples of the batch instead of those of the training set.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BatchAsExamplesAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.BatchAsExamples];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.From(start.Compilation) is { Loss: not null } known)
                start.RegisterOperationAction(operation => Analyze(operation, known), OperationKind.Invocation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        if (AggregateCall.Read((IInvocationOperation)context.Operation, known, context.CancellationToken) is { Examples: { } examples }
            && (IsLengthOfABatch(examples) || IsBatchSize(examples, context.Operation)))
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.BatchAsExamples, examples.Syntax.GetLocation(), examples.Syntax.ToString()));
    }

    /// <summary><c>x.shape[0]</c> or <c>x.size(0)</c> of an x that the loop over the batches around the call brings.</summary>
    private static bool IsLengthOfABatch(IOperation examples)
    {
        var batch = DeclaredValue.Unconverted(examples) switch
        {
            IArrayElementReferenceOperation
            {
                ArrayReference: IPropertyReferenceOperation { Property.Name: "shape", Instance: ILocalReferenceOperation of },
                Indices: { Length: 1 } places,
            } when IsZero(places[0]) => of,
            IInvocationOperation { TargetMethod.Name: "size", Instance: ILocalReferenceOperation of, Arguments: { Length: 1 } places }
                when IsZero(places[0].Value) => of,
            ILocalReferenceOperation local when DeclaredValue.OfLocal(local) is { } made && IsLengthOfABatch(made) => local,
            _ => null,
        };
        if (batch is null)
            return false;
        if (DeclaredValue.Unconverted(examples) is ILocalReferenceOperation)
            return true;
        for (var parent = examples.Parent;
            parent is not (null or IAnonymousFunctionOperation or ILocalFunctionOperation);
            parent = parent.Parent)
            if (parent is IForEachLoopOperation loop
                && loop.LoopControlVariable.Syntax.Span.Contains(batch.Local.Locations[0].SourceSpan))
                return true;
        return false;
    }

    private static bool IsZero(IOperation place) => place.ConstantValue.Value is 0 or 0L;

    /// <summary>The option of that name, or what is given to somebody under it.</summary>
    private static bool IsBatchSize(IOperation examples, IOperation call) => DeclaredValue.Unconverted(examples) switch
    {
        IPropertyReferenceOperation { Property.Name: "BatchSize" } => true,
        { } value when DrawnValue.Named(value) is { } size => OptimizerStep.RootOf(call).Descendants().OfType<IArgumentOperation>()
            .Any(argument => argument.Parameter?.Name is { } name && name.Equals("batchSize", StringComparison.OrdinalIgnoreCase)
                && SymbolEqualityComparer.Default.Equals(DrawnValue.Named(argument.Value), size)),
        _ => false,
    };
}
