using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Reads the fields and auto-properties of a network, base classes included.</summary>
/// <param name="network">The network.</param>
/// <param name="known">The types to ask about.</param>
/// <param name="findings">Takes what is wrong.</param>
/// <param name="visited">The networks read so far: one may hold its own kind.</param>
/// <param name="cancellation">Stops the work.</param>
internal sealed class MemberReader(
    INamedTypeSymbol network, KnownTypes known, List<Finding> findings, HashSet<ISymbol> visited, CancellationToken cancellation)
{
    private readonly AnnotationReader _annotations = new(known, findings, cancellation);
    private readonly MemberNames _names = new();
    private readonly List<MemberModel> _members = [];
    private readonly List<ScoredField> _scored = [];

    /// <summary>What stands for the layers that an annotation of the class covers and no field shows.</summary>
    private const string AnyLayer = "(any layer)";

    /// <summary>The members, each posterior with the key of a field that has it, and what the annotation of the class says.</summary>
    public (IReadOnlyList<MemberModel> Members, IReadOnlyList<ScoredField> Scored, ClassModel? OfClass) Read()
    {
        var onClass = Annotations.OfClass(network, known) is var (attribute, owner) ? _annotations.Read(attribute, owner, owner) : null;
        visited.Add(network);
        foreach (var field in NetworkField.Of(network, known))
        {
            cancellation.ThrowIfCancellationRequested();
            ReadMember(field, onClass);
        }

        foreach (var type in network.SelfAndBases().TakeWhile(type => !known.IsTorchSharp(type)))
            foreach (var member in Annotations.AnnotatedMembers(type, known))
                RefuseWithoutField(member, type);

        ReadHiddenFields();
        if (onClass?.Posterior is { } every && _scored.Count == 0)
            _scored.Add(new ScoredField(AnyLayer, every, onClass.Family, onClass.Prior, onClass.Source));
        return (_members, _scored, onClass is null ? null : new ClassModel(onClass.Family, onClass.Options));
    }

    /// <summary>Private fields of base classes in other assemblies: what was generated there shows which posteriors they have.</summary>
    private void ReadHiddenFields()
    {
        foreach (var type in network.SelfAndBases().TakeWhile(type => !known.IsTorchSharp(type)).Where(type =>
            !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, known.Compilation.Assembly)))
            if (Annotations.ReferencedMaps(type, known) is { } maps)
                _scored.AddRange(ScoredFields.InMap(maps, known, visited).Where(field => !_names.IsTaken(field.Key)));
    }

    private void ReadMember(NetworkField read, Annotation? onClass)
    {
        var (key, field, member, type) = read;
        var kind = LayerCatalog.KindOf(field.Type, known);
        var attribute = member.Find(known.BayesianAttribute) ?? field.Find(known.BayesianAttribute);
        var isPlain = member.Find(known.DeterministicAttribute) is not null;
        if (kind == LayerKind.Open
            && (attribute is null && !isPlain || CollectionOfLayers.ElementOf(field.Type, known) is not null))
            kind = LayerKind.NotALayer; // Most of what is declared so is no layer, and a list of layers is none.
        if (!field.Type.Exists())
            return; // The compiler says that there is no such type.
        if (attribute is not null && member.Find(known.BayesianAttribute) is null)
        {
            Refuse(member, type, "its annotation stands on the field behind it; put it on the property itself, without 'field:'");
            return;
        }

        if (attribute is not null && kind is LayerKind.NotALayer or LayerKind.Weightless)
        {
            Refuse(member, type, kind == LayerKind.Weightless
                ? $"{field.Type.ShortName()} has no weights; remove the annotation"
                : $"it holds {field.Type.ShortName()}, which is neither a module nor a Parameter");
            return;
        }

        if (kind == LayerKind.NotALayer)
        {
            if (CollectionOfLayers.ElementOf(field.Type, known) is not null)
                _members.Add(Unregistered(field, member, type, kind));
            return;
        }

        var inner = kind == LayerKind.Named ? Annotations.InnerNetworkOf(field.Type, known, cancellation) : null;
        var annotation = attribute is not null ? _annotations.Read(attribute, member, type) : onClass;
        var role = RoleOf(kind, attribute is not null, isPlain, inner?.Role, annotation);
        if (role != MemberRole.Bayesian)
            annotation = null;
        if (annotation is { Options.IsLocal: true } && LayerCatalog.SupportsLocal(field.Type, known) is false)
            findings.Add(new Finding(
                Descriptors.NoLocalEstimator, member.Locations.FirstOrDefault() ?? Location.None, type, member.Name,
                $"the outputs of {field.Type.ShortName()} are not Gaussian; annotate it with Estimator.WeightSampling, or [Deterministic]")
            {
                Properties = AnnotationOption.Remove("Estimator"),
            });
        RequireUnits(field, member, type, annotation);
        var isBayesian = annotation is not null;
        if (annotation?.Posterior is { } posterior)
            _scored.Add(new ScoredField(key, posterior, annotation.Family, annotation.Prior, annotation.Source));
        if (inner is { } held && held.Role == role)
            _scored.AddRange(ScoredFields.In(held.Network, known, visited, cancellation)
                .Select(scored => scored.Under(role == MemberRole.Composed ? key : key + ".*")));

        _members.Add(new MemberModel(
            key,
            _names.Add(member.Name),
            field.Type.ShortName(),
            role,
            AccessTo(field, member, type, kind),
            annotation?.Family,
            annotation?.Options ?? OptionsModel.None,
            kind == LayerKind.Parameter
                ? new([new WeightModel("", isBayesian)])
                : LayoutReader.Read(
                    kind, field, member, isBayesian, isBayesian ? annotation!.IncludesBias : false, known, cancellation),
            kind == LayerKind.Parameter,
            inner?.Model,
            inner?.Role == role ? inner.Value.Network.IsVisibleToAll() : annotation?.Family.IsPublic ?? true,
            kind == LayerKind.Any && isBayesian && attribute is null,
            attribute is not null || isPlain,
            LayerCatalog.MayHoldNetworks(field.Type, known),
            ShapeOf(kind, annotation)));
    }

    /// <summary>A family with numbers for units needs a layer that has them, along the axis that the annotation chooses.</summary>
    private void RequireUnits(IFieldSymbol field, ISymbol member, INamedTypeSymbol type, Annotation? annotation)
    {
        if (annotation?.Posterior is not { } posterior || FamilyFacts.Of(posterior, known) is not { Fault: null, HasUnits: true })
            return;
        var where = member.Locations.FirstOrDefault() ?? Location.None;
        if (UnitCatalog.ReasonAgainst(field.Type, known) is { } without)
            findings.Add(new Finding(
                Descriptors.NoUnits, where, type, member.Name, annotation.Family.Name,
                without + "; give it a family without units, or keep it plain"));
        else if (annotation.Options.Groups is { } axis && UnitCatalog.ReasonAgainst(field.Type, axis, known) is { } reason)
            findings.Add(new Finding(
                Descriptors.NoSuchAxis, where, type, axis, member.Name, reason + ", or a family without units")
            {
                Properties = AnnotationOption.Remove("Groups"),
            });
    }

    /// <summary>
    /// A Linear has a weight wherever it is made, and where the source does not prove that it has no bias, it may have one.
    /// </summary>
    private static MapShape ShapeOf(LayerKind kind, Annotation? annotation) => kind switch
    {
        LayerKind.Weight => MapShape.Weight,
        LayerKind.WeightAndBias => annotation?.IncludesBias is false ? MapShape.Weight : MapShape.WeightBias,
        _ => MapShape.Group,
    };

    /// <summary>What a field holds that only the runtime can tell has no other place than the doc comment of the wrapper.</summary>
    private MemberModel Unregistered(IFieldSymbol field, ISymbol member, INamedTypeSymbol type, LayerKind kind) => new(
        member.Name, member.Name, field.Type.ShortName(), MemberRole.Unregistered, AccessTo(field, member, type, kind), null,
        OptionsModel.None, EquatableArray<WeightModel>.Empty, false, null, true, false, false, false, MapShape.Group);

    private static MemberRole RoleOf(LayerKind kind, bool isAnnotated, bool isDeterministic, MemberRole? inner, Annotation? annotation) =>
        kind == LayerKind.Weightless ? MemberRole.Weightless
        : isAnnotated ? MemberRole.Bayesian
        : isDeterministic ? MemberRole.Deterministic
        : inner is { } composed ? composed
        : annotation is null || kind is LayerKind.Normalization or LayerKind.Parameter ? MemberRole.Deterministic
        : MemberRole.Bayesian;

    private AccessModel AccessTo(IFieldSymbol field, ISymbol member, INamedTypeSymbol type, LayerKind kind)
    {
        var isReadable = known.CanName(type) && (member is not IPropertySymbol property
            ? known.Compilation.IsSymbolAccessibleWithin(field, known.Compilation.Assembly)
            : property.GetMethod is { } getter && known.Compilation.IsSymbolAccessibleWithin(getter, known.Compilation.Assembly));
        // The runtime refuses accessors of generic classes and of fields whose type has no name here.
        var hasAccessor = known.CanName(type) && known.CanName(field.Type) && !type.SelfAndContainers().Any(outer => outer.IsGenericType);
        var way = isReadable ? AccessKind.Direct
            : hasAccessor ? AccessKind.Field
            : kind == LayerKind.Parameter ? AccessKind.RegisteredParameter
            : AccessKind.RegisteredModule;
        return new AccessModel(
            way,
            way switch
            {
                AccessKind.Direct => MemberNames.Escaped(member.Name),
                AccessKind.Field => field.Name,
                _ => NetworkField.ComponentNameOf(field) ?? field.Name,
            },
            field.Type.FullName(),
            SymbolEqualityComparer.Default.Equals(type, network) ? null : type.FullName(),
            MayBeNull: field.Type.NullableAnnotation == NullableAnnotation.Annotated);
    }

    private void RefuseWithoutField(ISymbol member, INamedTypeSymbol type)
    {
        if (member is IFieldSymbol { IsStatic: true } or IPropertySymbol { IsStatic: true })
            Refuse(member, type, "it is static, so it is not part of a network object");
        else if (member is IPropertySymbol && !NetworkField.IsBehind(member, type))
            Refuse(member, type, "it is not an auto-property, so it holds nothing itself; annotate the field that holds the layer");
    }

    private void Refuse(ISymbol member, INamedTypeSymbol type, string why) => findings.Add(
        new Finding(Descriptors.NoWeights, member.Locations.FirstOrDefault() ?? Location.None, type, member.Name, why));
}
