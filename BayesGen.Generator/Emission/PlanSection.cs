using BayesGen.SourceGeneration.Model;
using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>Which layer has which posterior, and the ways to layers in fields that are not visible.</summary>
internal static class PlanSection
{
    private const string Module = "global::TorchSharp.torch.nn.Module";

    public static void Write(NetworkModel model, SourceWriter writer)
    {
        using var region = writer.Region("Which layer has which posterior");
        writer.Write($$"""
            /// <summary>
            /// Tells the plan what the annotations say. Networks that contain a <see cref="{{Cref(model.Host.NetworkType)}}"/> call it too.
            /// </summary>
            /// <param name="plan">The plan to fill.</param>
            /// <param name="network">The network whose layers are named.</param>
            /// <param name="prefix">Put before every key; empty, or the path to the network with a dot.</param>
            """);
        var head = $"public static void Describe(global::BayesGen.NetworkPlan plan, {model.Host.NetworkType} network, string prefix)";
        if (model.Refusal is not null)
        {
            writer.Write($"{head} => {Throw};");
            return;
        }

        var members = model.Members.Where(member => member.HoldsWeights).ToList();
        using (writer.Braces(head))
        {
            foreach (var member in members)
                WriteEntry(member, writer);
            foreach (var former in model.FormerNames)
                writer.Write($"plan.FormerlyKnownAs(prefix + {Literal(former.Key)}, prefix + {Literal(former.Former)});");
        }

        foreach (var member in members.Where(member => member.Access.Kind == AccessKind.Field))
            WriteAccessor(member, model.Host.NetworkType, writer);
        if (members.Any(member => member.Access.Kind == AccessKind.RegisteredModule))
            WriteLookup(writer);
    }

    private static void WriteEntry(MemberModel member, SourceWriter writer)
    {
        var key = $"prefix + {Literal(member.Key)}";
        var value = Value(member);
        var deterministic = $"plan.Deterministic({key}, {value});";
        var bayesian = $"plan.Bayesian<{member.Family?.Type}>({key}, {value}{Options(member.Options)});";
        if (member.MayBeNormalisation)
            writer.Write($$"""
                if ({{value}} is global::TorchSharp.Modules.NormBase or global::TorchSharp.Modules.LayerNorm or global::TorchSharp.Modules.GroupNorm)
                    {{deterministic}}
                else
                    {{bayesian}}
                """);
        else
            writer.Write(member.Role == MemberRole.Bayesian ? bayesian : deterministic);
        if (member.Inner is { } inner)
            WriteInner(member, inner, writer);
    }

    private static void WriteInner(MemberModel member, InnerModel inner, SourceWriter writer)
    {
        // Where the annotations of the inner network do not count, its former names still do.
        var plan = member.Composed is null ? "plan.FormerNamesOnly()" : "plan";
        writer.Write(inner.IsMany
            ? $$"""
                if ({{Read(member)}} is {{Module}} all{{member.Name}})
                    foreach (var (name, module) in all{{member.Name}}.named_children())
                        if (module is {{inner.Type}} inner{{member.Name}})
                            {{inner.Wrapper}}.Describe({{plan}}, inner{{member.Name}}, prefix + {{Literal(member.Key + ".")}} + name + ".");
                """
            : $$"""
                if ({{Read(member)}} is {{inner.Type}} inner{{member.Name}})
                    {{inner.Wrapper}}.Describe({{plan}}, inner{{member.Name}}, prefix + {{Literal(member.Key + ".")}});
                """);
    }

    private static void WriteAccessor(MemberModel member, string network, SourceWriter writer) => writer.Write($"""

        [global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.Field, Name = {Literal(member.Access.Name)})]
        private static extern ref {member.Access.Type} {member.Name}Of({member.Access.DeclaringType ?? network} network);
        """);

    private static void WriteLookup(SourceWriter writer) => writer.Write($$"""

        // The type of this field has no name outside its class, so the module is asked for by the name that TorchSharp registered.
        private static {{Module}}? Registered({{Module}} network, string name, bool isRequired)
        {
            foreach (var (child, module) in network.named_children())
                if (child == name)
                    return module;
            return !isRequired ? null : throw new global::System.InvalidOperationException(
                $"The layer '{name}' is annotated, but {network.GetName()} never registered it. Call RegisterComponents() in the constructor.");
        }
        """);

    private static string Value(MemberModel member) => member.Access.NeedsCast ? $"{Read(member)} as {Module}" : Read(member);

    private static string Read(MemberModel member) => member.Access switch
    {
        { Kind: AccessKind.Field } => $"{member.Name}Of(network)",
        { Kind: AccessKind.RegisteredParameter } => $"network.get_parameter({Literal(member.Access.Name)})",
        { Kind: AccessKind.RegisteredModule } =>
            $"Registered(network, {Literal(member.Access.Name)}, isRequired: {(IsRequired(member) ? "true" : "false")})",
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
            parts.Add("Estimator = global::BayesGen.Estimator.Local");
        return parts.Count == 0 ? "" : $", new global::BayesGen.WeightOptions {{ {string.Join(", ", parts)} }}";
    }
}
