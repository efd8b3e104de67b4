using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>What forward computes, in the words of forward.</summary>
internal static class GraphSection
{
    public static void Write(NetworkModel model, SourceWriter writer)
    {
        using var region = writer.Region("The graph of forward");
        if (model.Refusal is not null)
        {
            writer.Write("// The network cannot be wrapped as it is.");
            return;
        }

        writer.Write($$"""
            /// <summary>Makes known what the forward of <see cref="{{Cref(model.Host.NetworkType)}}"/> computes.</summary>
            [global::System.Runtime.CompilerServices.ModuleInitializer]
            [global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]
            internal static void RegisterGraph() => {{GraphNames.Networks}}.Register<{{model.Host.NetworkType}}>(DescribeForward);

            """);
        if (model.Graph.Refused is { } refused)
        {
            writer.Write($$"""
                private static {{GraphNames.Values}} DescribeForward(
                    {{GraphNames.Builder}} graph, {{model.Host.NetworkType}} network, {{GraphNames.Values}} inputs) =>
                    throw {{GraphNames.Builder}}.CannotFollow({{Literal(refused)}}, {{Literal(model.Graph.Reason!)}});
                """);
            return;
        }

        // What evaluation does not use stays a variable.
        writer.Write("#pragma warning disable CS0168, CS0219 // A variable of forward that is used in training alone.");
        for (var i = 0; i < model.Graph.Methods.Count; i++)
        {
            if (i > 0)
                writer.Blank();
            var method = model.Graph.Methods[i];
            writer.Write($"// {method.Source}");
            using (writer.Braces(method.Signature))
                foreach (var line in method.Lines)
                    writer.Write(new string(' ', 4 * line.Depth) + line.Text);
        }

        writer.Write("#pragma warning restore CS0168, CS0219");
        foreach (var accessor in model.Graph.Accessors)
            FieldAccessor.Write(writer, accessor.Name, accessor.Field, accessor.Type, accessor.DeclaringType);
    }
}
