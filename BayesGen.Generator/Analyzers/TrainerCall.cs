using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>A call that makes a trainer.</summary>
/// <param name="Network">The network class behind the wrapper.</param>
/// <param name="Loss">The class of the loss, that of the network attribute or the default included; null where it is not known.</param>
/// <param name="GivenLoss">The loss in the call, or null where the call gives none.</param>
/// <param name="Options">What the source says about the options.</param>
internal sealed record TrainerCall(INamedTypeSymbol Network, ITypeSymbol? Loss, IOperation? GivenLoss, TrainerSettings Options)
{
    /// <summary>Reads a call, or gives null where it makes no trainer of a network that is known.</summary>
    public static TrainerCall? Read(IOperation operation, KnownTypes known, CancellationToken cancellation)
    {
        var (wrapper, arguments) = operation switch
        {
            IInvocationOperation { TargetMethod.Name: "CreateTrainer", Instance: { } model } call => (model, call.Arguments),
            IObjectCreationOperation made when SymbolEqualityComparer.Default.Equals(made.Type, known.Trainer) =>
                (ArgumentOf(made.Arguments, "model"), made.Arguments),
            _ => default,
        };
        if (NetworkOf(wrapper, known, cancellation) is not { } network || ArgumentOf(arguments, "options") is not { } options)
            return null;
        var given = ArgumentOf(arguments, "loss");
        var loss = given is null ? DefaultLossOf(network, known) : LossOf(given, known, cancellation);
        return new TrainerCall(network, loss, given, TrainerSettings.Read(options, known, cancellation));
    }

    /// <summary>The network class behind an expression that holds a wrapper, perhaps as an interface, or null.</summary>
    public static INamedTypeSymbol? NetworkOf(IOperation? wrapper, KnownTypes known, CancellationToken cancellation) =>
        NetworkOf(DeclaredValue.Unconverted(wrapper)?.Type, known)
        ?? NetworkOf(DeclaredValue.Of(wrapper, known, cancellation)?.Type, known);

    /// <summary>The network class of a wrapper, or null where a type is none.</summary>
    public static INamedTypeSymbol? NetworkOf(ITypeSymbol? wrapper, KnownTypes known) => wrapper is not null && known.IsWrapper(wrapper)
        ? KnownTypes.NetworkOf(wrapper)
        : null;

    public static IOperation? ArgumentOf(IEnumerable<IArgumentOperation> arguments, string parameter) =>
        arguments.FirstOrDefault(argument => argument.Parameter?.Name == parameter)?.Value;

    /// <summary>The loss that <c>CreateTrainer(options)</c> takes.</summary>
    public static ITypeSymbol? DefaultLossOf(INamedTypeSymbol network, KnownTypes known) =>
        Annotations.LossOf(network, known)?.Loss.Value as ITypeSymbol
        ?? known.DefaultLoss;

    /// <summary>The class of a loss; null where it is only known to be some loss.</summary>
    private static ITypeSymbol? LossOf(IOperation loss, KnownTypes known, CancellationToken cancellation)
    {
        var type = DeclaredValue.Of(loss, known, cancellation) is IObjectCreationOperation made
            ? made.Type
            : DeclaredValue.Unconverted(loss)?.Type;
        return type is { IsAbstract: false } ? type : null;
    }
}
