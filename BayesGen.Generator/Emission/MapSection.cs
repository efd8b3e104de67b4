using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>The posteriors and priors of the network as typed properties.</summary>
internal static class MapSection
{
    public static void Write(NetworkModel model, SourceWriter writer)
    {
        using var region = writer.Region("Posterior and prior maps");
        WriteMap("PosteriorMap", "posteriors", model, writer, PosteriorOf);
        writer.Blank();
        WriteMap("PriorMap", "priors", model, writer, PriorOf);
    }

    private static void WriteMap(
        string name, string what, NetworkModel model, SourceWriter writer, Func<MemberModel, string, (string Type, string Body)> member)
    {
        writer.Write($"/// <summary>The {what} of a <see cref=\"{Cref(model.Host.NetworkType)}\"/>, by layer.</summary>");
        using var _ = writer.Braces($"public sealed class {name}");
        var members = model.Members.Where(candidate => candidate.Family is not null || candidate.Composed is not null).ToList();
        if (members.Count > 0)
            writer.Write($$"""
                private readonly {{RuntimeNames.Arena}} _arena;
                private readonly string _prefix;

                """);
        writer.Write($$"""
            /// <summary>The {{what}} under a prefix; a wrapper makes its own.</summary>
            /// <param name="arena">The memory of the whole network.</param>
            /// <param name="prefix">Put before every key; empty, or the path to the network with a dot.</param>
            public {{name}}({{RuntimeNames.Arena}} arena, string prefix)
            {
            """);
        if (members.Count > 0)
            writer.Write("""
                    _arena = arena;
                    _prefix = prefix;
                """);
        writer.Write("}");
        foreach (var candidate in members)
        {
            var (type, body) = member(candidate, $"_prefix + {Literal(candidate.Key)}");
            writer.Write($"""

                /// <summary>{Summary(candidate, what)}</summary>{Parameter(candidate)}
                {(candidate.IsPublic ? "public" : "internal")} {type} {candidate.Name}{body}
                """);
        }
    }

    private static string Summary(MemberModel member, string what) => member.Composed is not null
        ? $"The {what} of <c>{Doc(member.Key)}</c>: {Doc(member.Layer)}, annotated on its own."
        : $"The {what} of <c>{Doc(member.Key)}</c>: {Doc(member.Layer)}, {Doc(member.Family!.Name)} family.";

    private static string Parameter(MemberModel member) => member.Role switch
    {
        MemberRole.ComposedList => "\n/// <param name=\"index\">Its place in the list.</param>",
        MemberRole.ComposedDictionary => "\n/// <param name=\"name\">Its name in the dictionary.</param>",
        _ => "",
    };

    private static (string Type, string Body) PosteriorOf(MemberModel member, string key)
    {
        if (member.Composed is { } inner)
            return ($"{inner.Wrapper}.PosteriorMap", InnerBody(member));
        var family = member.Family!.Type;
        return member.IsParameter
            ? (family, $" => _arena.Posterior<{family}>({key});")
            : ($"{Posteriors(ShapeOf(member))}<{family}>", $" => new(_arena, {key});");
    }

    private static (string Type, string Body) PriorOf(MemberModel member, string key)
    {
        if (member.Composed is { } inner)
            return ($"{inner.Wrapper}.PriorMap", InnerBody(member));
        return member.IsParameter
            ? (RuntimeNames.Prior.InCode, $" {{ get => _arena.Prior({key}); set => _arena.SetPrior({key}, value); }}")
            : (Priors(ShapeOf(member)).InCode, $" => new(_arena, {key});");
    }

    private static string InnerBody(MemberModel member)
    {
        var prefix = $"_prefix + {Literal(member.Key + ".")}";
        return member.Role switch
        {
            MemberRole.ComposedList =>
                $"(int index) => new(_arena, {prefix} + index.ToString(global::System.Globalization.CultureInfo.InvariantCulture) + \".\");",
            MemberRole.ComposedDictionary => $"(string name) => new(_arena, {prefix} + name + \".\");",
            _ => $" => new(_arena, {prefix});",
        };
    }

    private static RuntimeType Posteriors(MapShape shape) => shape switch
    {
        MapShape.Weight => RuntimeNames.WeightPosterior,
        MapShape.WeightBias => RuntimeNames.WeightBiasPosterior,
        _ => RuntimeNames.PosteriorGroup,
    };

    private static RuntimeType Priors(MapShape shape) => shape switch
    {
        MapShape.Weight => RuntimeNames.WeightPrior,
        MapShape.WeightBias => RuntimeNames.WeightBiasPrior,
        _ => RuntimeNames.PriorGroup,
    };

    private static MapShape ShapeOf(MemberModel member) => member.Weights.Count(weight => weight.IsBayesian) switch
    {
        0 => member.Shape,
        1 => MapShape.Weight,
        _ => MapShape.WeightBias,
    };
}
