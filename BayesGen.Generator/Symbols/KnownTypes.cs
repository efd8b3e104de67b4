using System.Runtime.CompilerServices;
using BayesGen.SourceGeneration.Names;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Symbols;

/// <summary>The types of BayesGen and TorchSharp that the reader asks about, looked up by name once per compilation.</summary>
internal sealed class KnownTypes
{
    private const string ModuleName = "TorchSharp.torch+nn+Module";

    private static readonly ConditionalWeakTable<Compilation, KnownTypes> Found = new();

    private readonly Lazy<IReadOnlyList<(IFieldSymbol Family, INamedTypeSymbol Posterior)>> _shippedFamilies;

    private KnownTypes(Compilation compilation)
    {
        _shippedFamilies = new(() => ReadShippedFamilies(compilation));
        Compilation = compilation;
        BayesianAttribute = Find(RuntimeNames.BayesianAttribute);
        NetworkAttribute = Find(RuntimeNames.NetworkAttribute);
        DeterministicAttribute = Find(RuntimeNames.DeterministicAttribute);
        FormerNameAttribute = Find(RuntimeNames.FormerNameAttribute);
        Family = Find(RuntimeNames.Family);
        FamilyAttribute = Find(RuntimeNames.FamilyAttribute);
        ParameterAttribute = Find(RuntimeNames.ParameterAttribute);
        ClosedFormAttribute = Find(RuntimeNames.ClosedFormAttribute);
        Posterior = Find(RuntimeNames.Posterior);
        PosteriorInterface = Find(RuntimeNames.PosteriorInterface);
        Prior = Find(RuntimeNames.Prior);
        ProperPrior = Find(RuntimeNames.ProperPrior);
        ClosedForm = Find(RuntimeNames.ClosedForm);
        Density = Find(RuntimeNames.Density);
        Loss = Find(RuntimeNames.Loss);
        Scores = Find(RuntimeNames.Scores);
        IvonPosterior = Find(RuntimeNames.IvonPosterior);
        IvonPrior = Find(RuntimeNames.IvonPrior);
        DefaultLoss = Find(RuntimeNames.DefaultLoss);
        Wrapper = Find(RuntimeNames.Wrapper);
        Draw = Find(RuntimeNames.Draw);
        LossTerms = Find(RuntimeNames.LossTerms);
        Trainer = Find(RuntimeNames.Trainer);
        Options = Find(RuntimeNames.TrainerOptions);
        Thresholds = Find(RuntimeNames.Thresholds);
        FitLoss = Find(RuntimeNames.FitLoss);
        Likelihood = Find(RuntimeNames.Likelihood);
        RenyiLoss = Find(RuntimeNames.RenyiLoss);
        Module = compilation.GetTypeByMetadataName(ModuleName);
        Parameter = compilation.GetTypeByMetadataName("TorchSharp.Modules.Parameter");
        Tensor = compilation.GetTypeByMetadataName("TorchSharp.torch+Tensor");

        INamedTypeSymbol? Find(RuntimeType type) => compilation.GetTypeByMetadataName(type.MetadataName);
    }

    public Compilation Compilation { get; }

    public INamedTypeSymbol? BayesianAttribute { get; }

    public INamedTypeSymbol? NetworkAttribute { get; }

    public INamedTypeSymbol? DeterministicAttribute { get; }

    public INamedTypeSymbol? FormerNameAttribute { get; }

    public INamedTypeSymbol? Family { get; }

    public INamedTypeSymbol? FamilyAttribute { get; }

    public INamedTypeSymbol? ParameterAttribute { get; }

    public INamedTypeSymbol? ClosedFormAttribute { get; }

    public INamedTypeSymbol? Posterior { get; }

    public INamedTypeSymbol? PosteriorInterface { get; }

    public INamedTypeSymbol? Prior { get; }

    public INamedTypeSymbol? ProperPrior { get; }

    public INamedTypeSymbol? ClosedForm { get; }

    public INamedTypeSymbol? Density { get; }

    public INamedTypeSymbol? Loss { get; }

    public INamedTypeSymbol? Scores { get; }

    /// <summary>The one posterior that IVON moves: an algorithm for means and widths of Gaussians.</summary>
    public INamedTypeSymbol? IvonPosterior { get; }

    /// <summary>The one prior that it takes its weight decay from.</summary>
    public INamedTypeSymbol? IvonPrior { get; }

    public INamedTypeSymbol? DefaultLoss { get; }

    public INamedTypeSymbol? Wrapper { get; }

    public INamedTypeSymbol? Draw { get; }

    public INamedTypeSymbol? LossTerms { get; }

    public INamedTypeSymbol? Trainer { get; }

    public INamedTypeSymbol? Options { get; }

    public INamedTypeSymbol? Thresholds { get; }

    public INamedTypeSymbol? FitLoss { get; }

    public INamedTypeSymbol? Likelihood { get; }

    public INamedTypeSymbol? RenyiLoss { get; }

    public INamedTypeSymbol? Module { get; }

    public INamedTypeSymbol? Parameter { get; }

    public INamedTypeSymbol? Tensor { get; }

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
