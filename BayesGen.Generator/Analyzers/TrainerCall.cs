using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>A call that makes a trainer, with the options as the source writes them.</summary>
/// <param name="Network">The network class behind the wrapper.</param>
/// <param name="Loss">The loss, that of the network attribute or the default included.</param>
/// <param name="Options">The expression that makes the options.</param>
internal sealed record TrainerCall(INamedTypeSymbol Network, ITypeSymbol? Loss, IObjectCreationOperation Options)
{
    /// <summary>Reads a call, or gives null where it makes no trainer or its options are made elsewhere.</summary>
    public static TrainerCall? Read(IOperation operation, KnownTypes known)
    {
        var (wrapper, arguments) = operation switch
        {
            IInvocationOperation { TargetMethod.Name: "CreateTrainer", Instance: { } model } call => (model.Type, call.Arguments),
            IObjectCreationOperation made when SymbolEqualityComparer.Default.Equals(made.Type, known.Trainer) =>
                (Unconverted(ArgumentOf(made.Arguments, "model"))?.Type, made.Arguments),
            _ => default,
        };
        if (wrapper is null || NetworkOf(wrapper, known) is not { } network
            || OptionsOf(ArgumentOf(arguments, "options"), known) is not { } options)
            return null;
        var loss = Unconverted(ArgumentOf(arguments, "loss"))?.Type;
        return new TrainerCall(network, loss ?? DefaultLossOf(network, known), options);
    }

    /// <summary>The network class of a wrapper, or null where a type is none.</summary>
    public static INamedTypeSymbol? NetworkOf(ITypeSymbol wrapper, KnownTypes known) => known.IsWrapper(wrapper)
        ? wrapper.GetMembers("Network").OfType<IPropertySymbol>().FirstOrDefault()?.Type as INamedTypeSymbol
        : null;

    /// <summary>What an option is set to, or null where it keeps its default.</summary>
    public IOperation? Setting(string name) => Options.Initializer?.Initializers.OfType<ISimpleAssignmentOperation>()
        .FirstOrDefault(assignment => assignment.Target is IPropertyReferenceOperation option && option.Property.Name == name)
        ?.Value;

    /// <summary>Where to point at for an option: its value, or <c>new TrainerOptions</c> without its braces.</summary>
    public Location LocationOf(string name)
    {
        if (Setting(name) is { } value)
            return value.Syntax.GetLocation();
        var syntax = Options.Syntax;
        var end = syntax switch
        {
            ImplicitObjectCreationExpressionSyntax made => made.ArgumentList.Span.End,
            ObjectCreationExpressionSyntax made => made.ArgumentList?.Span.End ?? made.Type.Span.End,
            _ => syntax.Span.End,
        };
        return Location.Create(syntax.SyntaxTree, TextSpan.FromBounds(syntax.SpanStart, end));
    }

    /// <summary>The operation under conversions that the compiler or the developer put around it.</summary>
    public static IOperation? Unconverted(IOperation? value) =>
        value is IConversionOperation { OperatorMethod: null } conversion ? Unconverted(conversion.Operand) : value;

    /// <summary>What a local was declared with, where nothing else is ever put into it; any other operation is itself.</summary>
    public static IOperation? Declared(IOperation? value)
    {
        if (Unconverted(value) is not ILocalReferenceOperation read)
            return Unconverted(value);
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
        return writes.Count == 1 && writes[0] is IVariableDeclaratorOperation only
            ? Unconverted(only.GetVariableInitializer()?.Value)
            : null;

        bool Is(ILocalSymbol symbol) => SymbolEqualityComparer.Default.Equals(symbol, read.Local);
    }

    public static IOperation? ArgumentOf(IEnumerable<IArgumentOperation> arguments, string parameter) =>
        arguments.FirstOrDefault(argument => argument.Parameter?.Name == parameter)?.Value;

    private static IObjectCreationOperation? OptionsOf(IOperation? value, KnownTypes known) =>
        Declared(value) is IObjectCreationOperation made && SymbolEqualityComparer.Default.Equals(made.Type, known.Options) ? made : null;

    private static ITypeSymbol? DefaultLossOf(INamedTypeSymbol network, KnownTypes known) =>
        network.Find(known.NetworkAttribute)?.NamedArguments.FirstOrDefault(pair => pair.Key == "Loss").Value.Value as ITypeSymbol
        ?? known.DefaultLoss;
}
