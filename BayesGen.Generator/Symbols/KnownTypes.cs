using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using BayesGen.SourceGeneration.Names;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Symbols;

/// <summary>The types of BayesGen and TorchSharp that the reader asks about, each looked up by name once per compilation.</summary>
/// <remarks>A look-up goes through all references, and the reader of a graph, which runs after a keystroke, asks for few.</remarks>
internal sealed class KnownTypes
{
    private const string ModuleName = "TorchSharp.torch+nn+Module";

    private static readonly ConditionalWeakTable<Compilation, KnownTypes> Found = new();

    private readonly ConcurrentDictionary<string, INamedTypeSymbol?> _types = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<(IFieldSymbol Family, INamedTypeSymbol Posterior)>> _shippedFamilies;

    private KnownTypes(Compilation compilation)
    {
        _shippedFamilies = new(() => ReadShippedFamilies(compilation));
        Compilation = compilation;
    }

    public Compilation Compilation { get; }

    public INamedTypeSymbol? BayesianAttribute => Find(RuntimeNames.BayesianAttribute.MetadataName);

    public INamedTypeSymbol? NetworkAttribute => Find(RuntimeNames.NetworkAttribute.MetadataName);

    public INamedTypeSymbol? DeterministicAttribute => Find(RuntimeNames.DeterministicAttribute.MetadataName);

    public INamedTypeSymbol? FormerNameAttribute => Find(RuntimeNames.FormerNameAttribute.MetadataName);

    public INamedTypeSymbol? Family => Find(RuntimeNames.Family.MetadataName);

    public INamedTypeSymbol? FamilyAttribute => Find(RuntimeNames.FamilyAttribute.MetadataName);

    public INamedTypeSymbol? ParameterAttribute => Find(RuntimeNames.ParameterAttribute.MetadataName);

    public INamedTypeSymbol? ClosedFormAttribute => Find(RuntimeNames.ClosedFormAttribute.MetadataName);

    public INamedTypeSymbol? Posterior => Find(RuntimeNames.Posterior.MetadataName);

    public INamedTypeSymbol? PosteriorInterface => Find(RuntimeNames.PosteriorInterface.MetadataName);

    public INamedTypeSymbol? Prior => Find(RuntimeNames.Prior.MetadataName);

    public INamedTypeSymbol? ProperPrior => Find(RuntimeNames.ProperPrior.MetadataName);

    public INamedTypeSymbol? ClosedForm => Find(RuntimeNames.ClosedForm.MetadataName);

    public INamedTypeSymbol? Density => Find(RuntimeNames.Density.MetadataName);

    public INamedTypeSymbol? Loss => Find(RuntimeNames.Loss.MetadataName);

    public INamedTypeSymbol? Scores => Find(RuntimeNames.Scores.MetadataName);

    /// <summary>The one posterior that IVON moves: an algorithm for means and widths of Gaussians.</summary>
    public INamedTypeSymbol? IvonPosterior => Find(RuntimeNames.IvonPosterior.MetadataName);

    /// <summary>The one prior that it takes its weight decay from.</summary>
    public INamedTypeSymbol? IvonPrior => Find(RuntimeNames.IvonPrior.MetadataName);

    public INamedTypeSymbol? DefaultLoss => Find(RuntimeNames.DefaultLoss.MetadataName);

    public INamedTypeSymbol? Wrapper => Find(RuntimeNames.Wrapper.MetadataName);

    public INamedTypeSymbol? Draw => Find(RuntimeNames.Draw.MetadataName);

    public INamedTypeSymbol? LossTerms => Find(RuntimeNames.LossTerms.MetadataName);

    public INamedTypeSymbol? Trainer => Find(RuntimeNames.Trainer.MetadataName);

    public INamedTypeSymbol? Options => Find(RuntimeNames.TrainerOptions.MetadataName);

    public INamedTypeSymbol? Thresholds => Find(RuntimeNames.Thresholds.MetadataName);

    public INamedTypeSymbol? FitLoss => Find(RuntimeNames.FitLoss.MetadataName);

    public INamedTypeSymbol? Likelihood => Find(RuntimeNames.Likelihood.MetadataName);

    public INamedTypeSymbol? RenyiLoss => Find(RuntimeNames.RenyiLoss.MetadataName);

    public INamedTypeSymbol? Module => Find(ModuleName);

    public INamedTypeSymbol? Parameter => Find("TorchSharp.Modules.Parameter");

    public INamedTypeSymbol? Tensor => Find("TorchSharp.torch+Tensor");

    /// <summary>The members of Family and their classes, as the assembly of BayesGen says by [assembly: ShippedFamily].</summary>
    public IReadOnlyList<(IFieldSymbol Family, INamedTypeSymbol Posterior)> ShippedFamilies => _shippedFamilies.Value;

    /// <summary>The types, or null where the project has no BayesGen or no TorchSharp.</summary>
    public static KnownTypes? From(Compilation compilation)
    {
        var known = Found.GetValue(compilation, static searched => new KnownTypes(searched));
        return known.BayesianAttribute is null || known.Posterior is null || known.Module is null || known.Scores is null ? null : known;
    }

    /// <summary>The class Module&lt;T1, ..., TResult&gt; of TorchSharp that a class derives from, or null.</summary>
    public INamedTypeSymbol? ModuleBaseOf(ITypeSymbol type) => type.SelfAndBases().FirstOrDefault(candidate =>
        candidate.TypeArguments.Length >= 2
        && SymbolEqualityComparer.Default.Equals(
            candidate.OriginalDefinition, Compilation.GetTypeByMetadataName($"{ModuleName}`{candidate.TypeArguments.Length}")));

    /// <summary>Whether a type is a wrapper.</summary>
    public bool IsWrapper(ITypeSymbol type) =>
        type.AllInterfaces.Any(implemented => SymbolEqualityComparer.Default.Equals(implemented, Wrapper));

    /// <summary>The class that a wrapper wraps: the type of its network, which its base class shows.</summary>
    public static INamedTypeSymbol? NetworkOf(ITypeSymbol wrapper) => wrapper.SelfAndBases()
        .SelectMany(type => type.GetMembers("Network").OfType<IPropertySymbol>())
        .FirstOrDefault()?.Type as INamedTypeSymbol;

    /// <summary>Whether a type comes with BayesGen, so that its formulas are known.</summary>
    public bool IsShipped(ITypeSymbol type) =>
        SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, Posterior!.ContainingAssembly);

    public bool IsTensor(ITypeSymbol type) => SymbolEqualityComparer.Default.Equals(type, Tensor);

    /// <summary>Whether a type comes with TorchSharp, so that what it holds is known or left to the runtime.</summary>
    public bool IsTorchSharp(ITypeSymbol type) =>
        SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, Module!.ContainingAssembly);

    /// <summary>
    /// The semantic model for a node, or null where it is not part of this compilation: an editor shows the sources of another project too,
    /// a build does not.
    /// </summary>
    public SemanticModel? SemanticsOf(SyntaxNode node) =>
        Compilation.ContainsSyntaxTree(node.SyntaxTree) ? Compilation.GetSemanticModel(node.SyntaxTree) : null;

    private INamedTypeSymbol? Find(string name) => _types.GetOrAdd(name, Compilation.GetTypeByMetadataName);

    /// <summary>Whether the assembly of a type is referenced by an extern alias alone, which generated code does not declare.</summary>
    private bool IsBehindAnAlias(INamedTypeSymbol type) =>
        Compilation.GetMetadataReference(type.ContainingAssembly) is { Properties.Aliases: { IsDefaultOrEmpty: false } aliases }
        && !aliases.Contains(MetadataReferenceProperties.GlobalAlias);

    private IReadOnlyList<(IFieldSymbol Family, INamedTypeSymbol Posterior)> ReadShippedFamilies(Compilation compilation)
    {
        var attribute = compilation.GetTypeByMetadataName(RuntimeNames.ShippedFamilyAttribute.MetadataName);
        var shipped = Posterior!.ContainingAssembly.GetAttributes()
            .Where(data => SymbolEqualityComparer.Default.Equals(data.AttributeClass, attribute) && data.ConstructorArguments.Length == 2)
            .ToDictionary(data => data.ConstructorArguments[0].Value!, data => data.ConstructorArguments[1].Value as INamedTypeSymbol);
        return
        [
            .. (Family?.GetMembers().OfType<IFieldSymbol>() ?? [])
                .Where(member => member.HasConstantValue && shipped.ContainsKey(member.ConstantValue!))
                .Select(member => (member, shipped[member.ConstantValue!]!))
                .Where(pair => pair.Item2 is not null),
        ];
    }

    /// <summary>Whether generated code, a class of its own in this assembly, can name a type.</summary>
    public bool CanName(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => CanName(array.ElementType),
        INamedTypeSymbol named => !named.SelfAndContainers().Any(container => container.IsFileLocal) && !IsBehindAnAlias(named)
            && Compilation.IsSymbolAccessibleWithin(named, Compilation.Assembly)
            && named.SelfAndContainers().All(container => container.TypeArguments.All(CanName)),
        _ => type is ITypeParameterSymbol,
    };
}
