using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>Writes the wrapper of one network: the class here, each region in a file of its own.</summary>
internal static class NetworkEmitter
{
    public static string Emit(NetworkModel model) => GeneratedFile.Of(model.Host, writer => WriteClass(model, writer));

    private static void WriteClass(NetworkModel model, SourceWriter writer)
    {
        var host = model.Host;
        if (host.IsAbstract)
        {
            WriteAbstract(model, writer);
            return;
        }

        writer.Write($$"""
            /// <summary>The Bayesian form of <see cref="{{Cref(host.NetworkType)}}"/>.</summary>
            /// <remarks>
            """);
        WriteRemarks(model, writer);
        writer.Write($$"""
            /// </remarks>
            [global::System.CodeDom.Compiler.GeneratedCode({{Literal(RuntimeNames.Library)}}, "1")]
            """);
        foreach (var warning in host.Warnings)
            writer.Write(warning);
        using (writer.Braces(
            $"{host.Accessibility} sealed partial class {host.WrapperName}{host.TypeParameters} : {BaseOf(model)}{host.Constraints}"))
        {
            NetworkSection.Write(model, writer);
            writer.Blank();
            PlanSection.Write(model, writer);
            writer.Blank();
            ForwardSection.Write(model, writer);
            writer.Blank();
            TrainerSection.Write(model, writer);
            writer.Blank();
            MapSection.Write(model, writer);
            writer.Blank();
            KeySection.Write(model, writer);
        }
    }

    /// <summary>A wrapper that cannot work has no network for its base class to take over, and is a module and nothing more.</summary>
    private static string BaseOf(NetworkModel model) => model.Refusal is null
        ? $"{RuntimeNames.WrapperBase}<{model.Host.NetworkType}, "
            + $"{string.Join(", ", model.Forward.Inputs.Select(input => input.Type).Append(model.Forward.Result))}>"
        : $"{model.Forward.BaseType}, {RuntimeNames.Wrapper}";

    /// <summary>An abstract network has no wrapper; what its annotations say counts for the classes that derive from it.</summary>
    private static void WriteAbstract(NetworkModel model, SourceWriter writer)
    {
        var host = model.Host;
        writer.Write($$"""
            /// <summary>
            /// What the annotations of <see cref="{{Cref(host.NetworkType)}}"/> say: it is abstract, and they count for every class that
            /// derives from it.
            /// </summary>
            /// <remarks>
            """);
        WriteRemarks(model, writer);
        writer.Write($$"""
            /// </remarks>
            [global::System.CodeDom.Compiler.GeneratedCode({{Literal(RuntimeNames.Library)}}, "1")]
            """);
        foreach (var warning in host.Warnings)
            writer.Write(warning);
        using (writer.Braces($"{host.Accessibility} static class {host.WrapperName}"))
        {
            if (model.Refusal is null)
            {
                PlanSection.Write(model, writer);
                writer.Blank();
            }

            MapSection.Write(model, writer);
            writer.Blank();
            KeySection.Write(model, writer);
        }
    }

    private static void WriteRemarks(NetworkModel model, SourceWriter writer)
    {
        if (model.Refusal is { } refusal)
        {
            writer.Write($"/// It cannot work: every member says {Doc(refusal)}");
            return;
        }

        writer.Write("/// <list type=\"bullet\">");
        foreach (var member in model.Members)
            writer.Write($"/// <item><c>{Doc(member.Key)}</c>, {Doc(member.Layer)}: {Doc(Fate(member))}</item>");
        writer.Write("/// </list>");
    }

    /// <summary>Bayesian, deterministic, or unknown until run time.</summary>
    private static string Fate(MemberModel member) => member.Role switch
    {
        MemberRole.Bayesian when member.MayBeNormalization =>
            $"unknown until run time: {member.Family!.Name} posterior, deterministic if it is a normalization layer",
        MemberRole.Bayesian when member.Weights.Count == 0 => $"{member.Family!.Name} posterior; its weights are unknown until run time",
        MemberRole.Bayesian when member.Weights.FirstOrDefault(weight => !weight.IsBayesian) is { } plain =>
            $"{member.Family!.Name} posterior, its {plain.Name} deterministic",
        MemberRole.Bayesian => $"{member.Family!.Name} posterior",
        MemberRole.Unregistered => "unknown until run time: TorchSharp does not look into it for layers",
        MemberRole.Composed or MemberRole.ComposedList or MemberRole.ComposedDictionary => "as its own annotations say",
        MemberRole.Weightless => "without weights",
        _ when member is { MayHoldNetworks: true, IsAnnotated: false } =>
            "deterministic, except for networks that have annotations of their own",
        _ => "deterministic",
    };
}
