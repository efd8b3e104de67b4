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

        var members = model.Members.Where(member => member.Role != MemberRole.Weightless && member.Access.Kind != AccessKind.None).ToList();
        using (writer.Braces(head))
        {
            foreach (var member in members)
                WriteEntry(member, writer);
        }

        foreach (var member in members)
            WriteAccessor(member, model.Host.NetworkType, writer);
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
        else if (member.Role == MemberRole.Composed)
            writer.Write($$"""
                {{deterministic}}
                if ({{Read(member)}} is { } inner{{member.Name}})
                    {{member.Wrapper}}.Describe(plan, inner{{member.Name}}, prefix + {{Literal(member.Key + ".")}});
                """);
        else
            writer.Write(member.Role == MemberRole.Bayesian ? bayesian : deterministic);
    }

    private static void WriteAccessor(MemberModel member, string network, SourceWriter writer)
    {
        var target = member.Access.DeclaringType ?? network;
        if (member.Access.Kind is AccessKind.Field or AccessKind.FieldOfHiddenType)
            writer.Write($"""

                [global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.Field, Name = {Literal(member.Access.Name)})]
                """);
        if (member.Access.Kind == AccessKind.Field)
            writer.Write($"private static extern ref {member.Access.Type} {member.Name}Of({target} network);");
        if (member.Access.Kind == AccessKind.FieldOfHiddenType)
            writer.Write($"""
                [return: global::System.Runtime.CompilerServices.UnsafeAccessorType({Literal(member.Access.Type)})]
                private static extern ref object {member.Name}Of({target} network);
                """);
    }

    private static string Value(MemberModel member) => member.Access.NeedsCast ? $"{Read(member)} as {Module}" : Read(member);

    private static string Read(MemberModel member) => member.Access switch
    {
        { Kind: not AccessKind.Direct } => $"{member.Name}Of(network)",
        { DeclaringType: { } declaring } => $"(({declaring})network).{member.Access.Name}",
        _ => $"network.{member.Access.Name}",
    };

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
        return parts.Count == 0 ? "" : $", new global::BayesGen.WeightOptions {{ {string.Join(", ", parts)} }}";
    }
}
