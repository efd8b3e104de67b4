using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Symbols;

/// <summary>
/// What an expression stands for: a local, field or property that is given one value and never another is that value. A name that may
/// hold something else stands for itself.
/// </summary>
internal static class DeclaredValue
{
    /// <summary>A chain of names that is longer than this goes round in a circle.</summary>
    private const int LongestChain = 16;

    /// <summary>The value behind names and conversions.</summary>
    public static IOperation? Of(IOperation? value, KnownTypes known, CancellationToken cancellation)
    {
        for (var i = 0; i < LongestChain; i++)
        {
            value = Unconverted(value);
            var behind = value switch
            {
                ILocalReferenceOperation local => OfLocal(local),
                IFieldReferenceOperation field => OfMember(field.Field, known, cancellation),
                IPropertyReferenceOperation { Arguments.IsEmpty: true } property => OfMember(property.Property, known, cancellation),
                _ => null,
            };
            if (behind is null)
                return value;
            value = behind;
        }

        return null;
    }

    /// <summary>The operation under conversions that the compiler or the developer put around it.</summary>
    public static IOperation? Unconverted(IOperation? value) => value switch
    {
        IConversionOperation { OperatorMethod: null } conversion => Unconverted(conversion.Operand),
        IParenthesizedOperation inner => Unconverted(inner.Operand),
        _ => value,
    };

    /// <summary>The expression that a field or auto-property starts with, or null.</summary>
    public static ExpressionSyntax? InitializerOf(ISymbol member, CancellationToken cancellation) =>
        member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
        {
            VariableDeclaratorSyntax variable => variable.Initializer?.Value,
            PropertyDeclarationSyntax property => property.Initializer?.Value,
            _ => null,
        };

    /// <summary>
    /// Whether something may give a member another value than it starts with. By name and within its class, which errs on the side of yes;
    /// a member that other classes can set always may.
    /// </summary>
    public static bool IsReplaced(ISymbol member, CancellationToken cancellation) =>
        !IsClosed(member) || WritesTo(member, cancellation).Any();

    /// <summary>What a node gives a new value to, by assignment or by reference, or null.</summary>
    public static ExpressionSyntax? AssignedBy(SyntaxNode node) => node switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left,
        ArgumentSyntax { RefKindKeyword.RawKind: not 0 } argument => argument.Expression,
        _ => null,
    };

    /// <summary>What a local is declared with, where nothing else is ever put into it; else null.</summary>
    public static IOperation? OfLocal(ILocalReferenceOperation read)
    {
        IOperation root = read;
        while (root.Parent is { } parent)
            root = parent;
        var writes = root.Descendants().Where(operation => operation switch
        {
            IVariableDeclaratorOperation declared => Is(declared.Symbol),
            IAssignmentOperation assignment => assignment.Target.DescendantsAndSelf().Any(target =>
                target is ILocalReferenceOperation reference && Is(reference.Local) && target.Parent is not IMemberReferenceOperation),
            IArgumentOperation { Parameter.RefKind: not RefKind.None, Value: ILocalReferenceOperation passed } => Is(passed.Local),
            _ => false,
        }).ToList();
        return writes.Count == 1 && writes[0] is IVariableDeclaratorOperation only ? only.GetVariableInitializer()?.Value : null;

        bool Is(ILocalSymbol symbol) => SymbolEqualityComparer.Default.Equals(symbol, read.Local);
    }

    /// <summary>The initializer of a member that nothing else is put into, or else the one assignment that there is.</summary>
    private static IOperation? OfMember(ISymbol member, KnownTypes known, CancellationToken cancellation)
    {
        if (!IsClosed(member) || member is IFieldSymbol { IsConst: true })
            return null;
        var start = InitializerOf(member, cancellation) ?? ArrowOf(member, cancellation);
        var writes = WritesTo(member, cancellation).ToList();
        var value = (start, writes.Count) switch
        {
            (not null, 0) => start,
            (null, 1) when writes[0] is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } assignment
                && assignment.Left is not TupleExpressionSyntax => assignment.Right,
            _ => null,
        };
        var operation = value is null ? null : known.SemanticsOf(value)?.GetOperation(value, cancellation);
        // A conversion that the compiler adds to an expression stands around its operation.
        while (operation?.Parent is IConversionOperation { IsImplicit: true } conversion)
            operation = conversion;
        return operation;
    }

    /// <summary>The expression of <c>TrainerOptions Options => new() { ... }</c>.</summary>
    private static ExpressionSyntax? ArrowOf(ISymbol member, CancellationToken cancellation) => member is IPropertySymbol
        && member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation)
            is PropertyDeclarationSyntax { ExpressionBody.Expression: var expression } ? expression : null;

    /// <summary>Whether only the class of a member can set it.</summary>
    public static bool IsClosed(ISymbol member) => member switch
    {
        IPropertySymbol property => !property.IsVirtual && !property.IsAbstract
            && property.SetMethod is null or { DeclaredAccessibility: Accessibility.Private },
        IFieldSymbol field => field.IsReadOnly || field.DeclaredAccessibility == Accessibility.Private,
        _ => false,
    };

    /// <summary>What in its class may write a member, by name.</summary>
    public static IEnumerable<SyntaxNode> WritesTo(ISymbol member, CancellationToken cancellation) => member.ContainingType
        .DeclaringSyntaxReferences
        .SelectMany(reference => reference.GetSyntax(cancellation).DescendantNodes())
        .Where(node => AssignedBy(node) is { } target && Names(target, member.Name));

    private static bool Names(ExpressionSyntax target, string name) => target switch
    {
        IdentifierNameSyntax identifier => identifier.Identifier.ValueText == name,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText == name,
        TupleExpressionSyntax tuple => tuple.Arguments.Any(argument => Names(argument.Expression, name)),
        _ => false,
    };
}
