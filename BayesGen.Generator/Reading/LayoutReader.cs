using BayesGen.SourceGeneration.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Proves from a field's type and initializer which weights a layer has.</summary>
internal static class LayoutReader
{
    /// <summary>The weights of a layer, or nothing where they are not proven.</summary>
    /// <param name="kind">What the declared type says.</param>
    /// <param name="field">The field, or the one behind the auto-property.</param>
    /// <param name="member">The field or property.</param>
    /// <param name="biasIsBayesian">Whether a bias gets a posterior; null where that is not known.</param>
    /// <param name="isBayesian">Whether the weight gets a posterior.</param>
    /// <param name="compilation">The compilation.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static EquatableArray<WeightModel> Read(
        LayerKind kind, IFieldSymbol field, ISymbol member, bool isBayesian, bool? biasIsBayesian, Compilation compilation,
        CancellationToken cancellation)
    {
        var weight = new WeightModel("weight", isBayesian);
        if (kind == LayerKind.Weight)
            return new([weight]);
        if (kind != LayerKind.WeightAndBias || HasBias(field, member, compilation, cancellation) is not { } hasBias)
            return EquatableArray<WeightModel>.Empty;
        if (!hasBias)
            return new([weight]);
        return biasIsBayesian is { } both ? new([weight, new WeightModel("bias", both)]) : EquatableArray<WeightModel>.Empty;
    }

    /// <summary>Whether the initializer makes a bias; null where it does not say, or where another value may replace it.</summary>
    private static bool? HasBias(IFieldSymbol field, ISymbol member, Compilation compilation, CancellationToken cancellation)
    {
        if (InitializerOf(member, cancellation) is not { } initializer || IsAssigned(field, member, cancellation))
            return null;
        var model = compilation.GetSemanticModel(initializer.SyntaxTree);
        if (Unconverted(model.GetOperation(initializer, cancellation)) is not IInvocationOperation call
            || call.TargetMethod.Name != field.Type.Name
            || !SymbolEqualityComparer.Default.Equals(call.TargetMethod.ReturnType, field.Type))
            return null;
        var bias = call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name is "bias" or "hasBias");
        return bias?.Value.ConstantValue is { HasValue: true, Value: bool value } ? value : null;
    }

    private static ExpressionSyntax? InitializerOf(ISymbol member, CancellationToken cancellation) =>
        member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
        {
            VariableDeclaratorSyntax variable => variable.Initializer?.Value,
            PropertyDeclarationSyntax property => property.Initializer?.Value,
            _ => null,
        };

    private static IOperation? Unconverted(IOperation? operation) =>
        operation is IConversionOperation conversion ? Unconverted(conversion.Operand) : operation;

    /// <summary>
    /// Whether something may give the member another layer. By name and within its class, which errs on the side of not proven; a
    /// member that other classes can set is never proven.
    /// </summary>
    private static bool IsAssigned(IFieldSymbol field, ISymbol member, CancellationToken cancellation)
    {
        var isSealed = member is IPropertySymbol property
            ? property.SetMethod is null or { DeclaredAccessibility: Accessibility.Private }
            : field.IsReadOnly || field.DeclaredAccessibility == Accessibility.Private;
        return !isSealed || member.ContainingType.DeclaringSyntaxReferences
            .SelectMany(reference => reference.GetSyntax(cancellation).DescendantNodes())
            .Any(node => AssignedBy(node) is { } target && Names(target, member.Name));
    }

    /// <summary>What a node gives a new value to, by assignment or by reference, or null.</summary>
    internal static ExpressionSyntax? AssignedBy(SyntaxNode node) => node switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left,
        ArgumentSyntax { RefKindKeyword.RawKind: not 0 } argument => argument.Expression,
        _ => null,
    };

    private static bool Names(ExpressionSyntax target, string name) => target switch
    {
        IdentifierNameSyntax identifier => identifier.Identifier.ValueText == name,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText == name,
        TupleExpressionSyntax tuple => tuple.Arguments.Any(argument => Names(argument.Expression, name)),
        _ => false,
    };
}
