using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>
/// The options of a trainer as the source writes them: <c>new TrainerOptions { ... }</c>, perhaps in a local, a field or a property, and
/// the <c>with</c> expressions on the way from there to the trainer.
/// </summary>
internal sealed class TrainerSettings
{
    private readonly IOperation _argument;
    private readonly List<(IOperation Made, IObjectOrCollectionInitializerOperation? Settings)> _layers = [];

    private TrainerSettings(IOperation argument) => _argument = argument;

    /// <summary>Whether everything that sets an option is known, so that what is not set has its default.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Reads an argument that holds options.</summary>
    public static TrainerSettings Read(IOperation argument, KnownTypes known, CancellationToken cancellation)
    {
        var settings = new TrainerSettings(argument);
        var options = DeclaredValue.Of(argument, known, cancellation);
        while (options is IWithOperation changed)
        {
            settings._layers.Add((changed, changed.Initializer));
            options = DeclaredValue.Of(changed.Operand, known, cancellation);
        }

        if (options is IObjectCreationOperation made && SymbolEqualityComparer.Default.Equals(made.Type, known.Options))
        {
            settings._layers.Add((made, made.Initializer));
            settings.IsComplete = true;
        }

        return settings;
    }

    /// <summary>Whether it is known what an option is set to: a value, or null where it keeps its default.</summary>
    public bool Knows(string name, out IOperation? value)
    {
        value = Setting(name);
        return value is not null || IsComplete;
    }

    /// <summary>What an option is set to, or null where nothing sets it as far as the source shows.</summary>
    public IOperation? Setting(string name) => _layers
        .Select(layer => layer.Settings?.Initializers.OfType<ISimpleAssignmentOperation>()
            .FirstOrDefault(assignment => assignment.Target is IPropertyReferenceOperation option && option.Property.Name == name)?.Value)
        .FirstOrDefault(value => value is not null);

    /// <summary>
    /// Where to point at for an option: its value, or <c>new TrainerOptions</c> without its braces; the argument itself where the options
    /// are made outside of the method, perhaps for several trainers.
    /// </summary>
    public Location LocationOf(string name)
    {
        var where = Setting(name) ?? _layers.LastOrDefault().Made;
        if (where is null || !StandsBesideTheCall(where.Syntax))
            return _argument.Syntax.GetLocation();
        var end = where.Syntax switch
        {
            _ when where is not IObjectCreationOperation || Setting(name) is not null => where.Syntax.Span.End,
            ImplicitObjectCreationExpressionSyntax made => made.ArgumentList.Span.End,
            ObjectCreationExpressionSyntax made => made.ArgumentList?.Span.End ?? made.Type.Span.End,
            _ => where.Syntax.Span.End,
        };
        return Location.Create(where.Syntax.SyntaxTree, TextSpan.FromBounds(where.Syntax.SpanStart, end));
    }

    private bool StandsBesideTheCall(SyntaxNode node)
    {
        var root = _argument;
        while (root.Parent is { } parent)
            root = parent;
        return node.SyntaxTree == root.Syntax.SyntaxTree && root.Syntax.FullSpan.Contains(node.Span);
    }
}
