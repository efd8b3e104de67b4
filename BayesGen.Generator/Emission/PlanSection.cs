using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>Which layer has which posterior, and the ways to layers in fields that are not visible.</summary>
internal static class PlanSection
{
    public static void Write(NetworkModel model, SourceWriter writer)
    {
        using var region = writer.Region("Which layer has which posterior");
        if (model.Refusal is not null)
        {
            writer.Write("// The network cannot be wrapped as it is.");
            return;
        }

        // Before there is an object of the class, its assembly is loaded; so no network is met before it is known.
        writer.Write($$"""
            /// <summary>
            /// Makes the annotations count wherever a <see cref="{{Cref(model.Host.NetworkType)}}"/> stands in another network.
            /// </summary>
            [global::System.Runtime.CompilerServices.ModuleInitializer]
            [global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]
            internal static void RegisterAnnotations() =>
                {{RuntimeNames.AnnotatedNetworks}}.Register<{{model.Host.NetworkType}}>(DescribeAnnotations);

            """);
        var members = model.Members.Where(member => member.HoldsWeights).ToList();
        using (writer.Braces(
            $"private static void DescribeAnnotations({RuntimeNames.NetworkPlan} plan, {model.Host.NetworkType} network, string prefix)"))
        {
            if (model.OfClass is { } every)
                writer.Write($"plan.EveryLayer<{every.Family.Type}>(network{Options(every.Options)});");
            foreach (var member in members)
                writer.Write(Entry(member));
            foreach (var former in model.FormerNames)
                writer.Write($"plan.FormerlyKnownAs(prefix + {Literal(former.Key)}, prefix + {Literal(former.Former)});");
        }

        foreach (var member in members)
            if (member.Accessor is { } accessor)
                FieldAccessor.Write(
                    writer, accessor, member.Access.Name, member.Access.Type, member.Access.DeclaringType ?? model.Host.NetworkType);
    }

    private static string Entry(MemberModel member)
    {
        var arguments = $"prefix + {Literal(member.Key)}, {Read(member)}";
        return (member.Role, member.IsAnnotated) switch
        {
            (MemberRole.Bayesian, true) => $"plan.Bayesian<{member.Family!.Type}>({arguments}{Options(member.Options)});",
            (MemberRole.Bayesian, false) => $"plan.Unannotated({arguments}, isRequired: true);",
            (MemberRole.Deterministic, true) => $"plan.Deterministic({arguments});",
            _ => $"plan.Unannotated({arguments});",
        };
    }

    private static string Read(MemberModel member) => member.Access switch
    {
        { Kind: AccessKind.Field } => $"{member.Accessor}(network)",
        { Kind: AccessKind.RegisteredParameter } => $"network.get_parameter({Literal(member.Access.Name)})",
        { Kind: AccessKind.RegisteredModule } =>
            $"{RuntimeNames.AnnotatedNetworks}.RegisteredLayer(network, {Literal(member.Access.Name)}, "
            + $"isRequired: {(IsRequired(member) ? "true" : "false")})",
        { DeclaringType: { } declaring } => $"(({declaring})network).{member.Access.Name}",
        _ => $"network.{member.Access.Name}",
    };

    private static bool IsRequired(MemberModel member) => member.Role == MemberRole.Bayesian && !member.Access.MayBeNull;

    private static string Options(OptionsModel options)
    {
        var parts = new List<string>();
        if (options.PriorType is { } prior)
            parts.Add($"Prior = new {prior}({(options.PriorScale is { } scale ? Literal(scale) : "")})");
        else if (options.PriorScale is { } scale)
            parts.Add($"PriorScale = {Literal(scale)}");
        if (options.IncludeBias is { } includeBias)
            parts.Add($"IncludeBias = {(includeBias ? "true" : "false")}");
        if (options.InitialLogSigma is { } logSigma)
            parts.Add($"InitialLogSigma = {Literal(logSigma)}");
        if (options.IsLocal)
            parts.Add($"Estimator = {RuntimeNames.Estimator}.Local");
        if (options.Groups is { } groups)
            parts.Add($"Groups = {RuntimeNames.UnitAxis}.{groups}");
        return parts.Count == 0 ? "" : $", new {RuntimeNames.WeightOptions} {{ {string.Join(", ", parts)} }}";
    }
}
