using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>What one [Bayesian] says.</summary>
/// <param name="Posterior">The posterior class; null where it names none that can be used.</param>
/// <param name="Family">Its description; where there is none, one that lets the wrapper be declared.</param>
/// <param name="Options">What the annotation adds.</param>
/// <param name="Prior">The prior class that it names; null where it names none that can be used.</param>
/// <param name="Source">Where it stands.</param>
internal sealed record Annotation(
    INamedTypeSymbol? Posterior, FamilyModel Family, OptionsModel Options, INamedTypeSymbol? Prior, AnnotationSource Source)
{
    /// <summary>Whether a bias gets a posterior; null where that is not known before the program runs.</summary>
    public bool? IncludesBias => Options.IncludeBias ?? Family.IncludesBias;
}

/// <summary>Where an annotation stands.</summary>
/// <param name="Attribute">The attribute.</param>
/// <param name="Owner">The class that it, or its member, belongs to.</param>
internal sealed record AnnotationSource(AttributeData Attribute, INamedTypeSymbol Owner);

/// <summary>Reads [Bayesian] attributes and says what is wrong with them.</summary>
internal sealed class AnnotationReader(KnownTypes known, List<Finding> findings, CancellationToken cancellation)
{
    /// <summary>The value of Estimator.Local; a test compares it with the runtime.</summary>
    public const int LocalEstimator = 1;

    private static readonly FamilyModel Unusable =
        new(RuntimeNames.Posterior.InCode, "unusable", IsPublic: true, IncludesBias: null, EquatableArray<string>.Empty);

    /// <summary>Reads the annotation of a class or member.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="target">What it stands on.</param>
    /// <param name="owner">The class it belongs to.</param>
    public Annotation Read(AttributeData attribute, ISymbol target, INamedTypeSymbol owner)
    {
        var posterior = PosteriorOf(attribute, (what, why) => Report(what, why));
        var named = attribute.NamedArguments.ToDictionary(pair => pair.Key, pair => pair.Value);
        var scale = Number("PriorScale");
        if (scale is { } number && (double.IsInfinity(number) || number <= 0))
        {
            Report("PriorScale", "a scale is a positive, finite number", "PriorScale");
            scale = null;
        }

        var logSigma = Number("InitialLogSigma");
        if (logSigma is { } start && double.IsInfinity(start))
        {
            Report("InitialLogSigma", "log sigma is a finite number", "InitialLogSigma");
            logSigma = null;
        }

        INamedTypeSymbol? prior = null;
        if (named.TryGetValue("Prior", out var chosen))
            prior = PriorOf(chosen.Value as ITypeSymbol, scale is not null, (what, why) => Report(what, why, "Prior"));
        else if (scale is not null && posterior is not null
            && FamilyFacts.Of(posterior, known) is { DefaultPrior: INamedTypeSymbol usual } && !HasConstructor(usual, hasScale: true))
            Report(
                "PriorScale",
                $"the default prior of the {FamilyCatalog.NameOf(posterior, known)} family, {usual.Name}, has no scale; remove "
                + "PriorScale, or name a Prior that has one",
                "PriorScale");

        return new Annotation(
            posterior,
            posterior is null ? Unusable : FamilyCatalog.Describe(posterior, known),
            new OptionsModel(
                prior?.FullName(),
                scale,
                IncludeBias(),
                logSigma,
                IsLocal(),
                Groups()),
            prior,
            new AnnotationSource(attribute, owner));

        bool IsLocal()
        {
            if (!named.TryGetValue("Estimator", out var estimator) || estimator.Value is not LocalEstimator)
                return false;
            if (posterior is null || FamilyFacts.Of(posterior, known) is { IsDescribed: false } or { SupportsLocal: true })
                return true;
            findings.Add(new Finding(
                Descriptors.NoLocalEstimator, attribute.LocationOr(target, cancellation), owner, target.Name,
                $"the {posterior.ShortName()} is not Gaussian; use {FamilyCatalog.LocalFamilies(known)} family, or "
                + "Estimator.WeightSampling")
            {
                Properties = AnnotationOption.Remove("Estimator"),
            });
            return false;
        }

        bool? IncludeBias()
        {
            if (!named.TryGetValue("IncludeBias", out var bias))
                return null;
            if (bias.Value is not true || posterior is null
                || FamilyFacts.Of(posterior, known) is not { Fault: null, HasUnits: true, IncludesBias: false })
                return bias.Value as bool?;
            Report(
                "IncludeBias",
                $"biases have no units of their own, and the {FamilyCatalog.NameOf(posterior, known)} family leaves them plain numbers",
                "IncludeBias");
            return null;
        }

        string? Groups()
        {
            if (!named.TryGetValue("Groups", out var axis) || axis is not { Kind: TypedConstantKind.Enum, Type: { } axes })
                return null;
            var member = axes.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => Equals(field.ConstantValue, axis.Value));
            if (member is null)
                Report("Groups", $"BayesGen has no such axis; name one of the members of {axes.Name}", "Groups");
            return axis.Value is 0 ? null : member?.Name;
        }

        double? Number(string name) =>
            named.TryGetValue(name, out var value) && value.Value is double number && !double.IsNaN(number) ? number : null;

        void Report(string what, string why, string? option = null) =>
            findings.Add(new Finding(Descriptors.NotAFamily, attribute.LocationOr(target, cancellation), owner, what, why)
            {
                Properties = AnnotationOption.Remove(option),
            });
    }

    private INamedTypeSymbol? PosteriorOf(AttributeData attribute, Action<string, string> report)
    {
        if (attribute.ConstructorArguments.Length != 1 || attribute.ConstructorArguments[0].Kind == TypedConstantKind.Error)
            return null; // The compiler has its own words for this.
        var argument = attribute.ConstructorArguments[0];
        if (argument.Kind == TypedConstantKind.Enum)
            return ShippedPosterior(argument, report);
        if (argument.Value is not INamedTypeSymbol type)
        {
            report(argument.Value is ITypeSymbol other ? other.ShortName() : "null", "it is not a posterior class");
            return null;
        }

        var why = ReasonAgainst(type, "posterior");
        if (why is null && !type.DerivesFrom(known.Posterior))
            why = "it does not derive from Posterior; a family is a class that derives from Posterior and implements IPosterior of itself";
        if (why is null && !FamilyCheck.ImplementsItself(type, known))
            why = $"it does not implement IPosterior<{type.ShortName()}>, which says how to build and start it";
        // A family of this project is told at its own class.
        if (why is null && !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, known.Compilation.Assembly)
            && FamilyFacts.Of(type, known).Fault is { } fault)
            why = $"it does not describe its family: {fault}";
        if (why is null)
            return type;
        report(type.ShortName(), why);
        return null;
    }

    private INamedTypeSymbol? ShippedPosterior(TypedConstant family, Action<string, string> report)
    {
        var posterior = FamilyCatalog.PosteriorOf(family.Value, known);
        if (posterior is null)
            report($"({family.Type!.Name}){family.Value}", "BayesGen has no such family; name one of the members of Family");
        return posterior;
    }

    private INamedTypeSymbol? PriorOf(ITypeSymbol? type, bool hasScale, Action<string, string> report)
    {
        var why = type is INamedTypeSymbol named ? ReasonAgainst(named, "prior") : "it is not a prior class";
        if (why is null && !type!.DerivesFrom(known.Prior))
            why = "it does not derive from Prior";
        if (why is null && !HasConstructor((INamedTypeSymbol)type!, hasScale))
            why = hasScale
                ? "it has no public constructor that takes a scale, one double; remove PriorScale or add the constructor"
                : "it has no public constructor without arguments; add one, or set the prior when the model runs: model.Prior";
        if (why is null)
            return (INamedTypeSymbol)type!;
        report(type is null ? "null" : type.ShortName(), why);
        return null;
    }

    private string? ReasonAgainst(INamedTypeSymbol type, string what)
    {
        if (type.IsUnboundGenericType)
            return "it is generic; name it with its type arguments";
        if (type.IsAbstract)
            return $"it is abstract; name the {what} class itself";
        return known.CanName(type) ? null : "generated code cannot name it; make it internal or public";
    }

    private static bool HasConstructor(INamedTypeSymbol type, bool hasScale) => type.InstanceConstructors.Any(constructor =>
        constructor.DeclaredAccessibility == Accessibility.Public
        && (hasScale
            ? constructor.Parameters.Length == 1 && constructor.Parameters[0].Type.SpecialType == SpecialType.System_Double
            : constructor.Parameters.All(parameter => parameter.IsOptional)));
}
