using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>
/// What forward computes, in the words of forward: a part of the wrapper that has a file of its own. It is parsed after every keystroke in
/// forward, so it has no directive that it can do without.
/// </summary>
internal static class GraphEmitter
{
    public static string Emit(GraphFileModel model) => GeneratedFile.Of(
        model.Host, writer => WriteClass(model.Host, model.Graph, writer), GraphNames.Using);

    private static void WriteClass(HostModel host, GraphModel graph, SourceWriter writer)
    {
        // What evaluation does not use stays a variable.
        if (graph.Refused is null)
            writer.Write("#pragma warning disable CS0168, CS0219 // A variable of forward that is used in training alone.");
        writer.Write("// The graph of forward.");
        using var braces = writer.Braces($"partial class {host.WrapperName}{host.TypeParameters}");
        if (graph.Refused is { } refused)
        {
            writer.Write($$"""
                private static {{GraphNames.Values}} DescribeForward(
                    {{GraphNames.Builder}} graph, {{host.NetworkType}} network, {{GraphNames.Values}} inputs) =>
                    throw {{GraphNames.Builder}}.CannotFollow({{Literal(refused)}}, {{Literal(graph.Reason!)}});
                """);
            return;
        }

        for (var i = 0; i < graph.Methods.Count; i++)
        {
            if (i > 0)
                writer.Blank();
            var method = graph.Methods[i];
            writer.Write($"// {method.Source}");
            using (writer.Braces(method.Signature))
                foreach (var line in method.Lines)
                    writer.Write(new string(' ', 4 * line.Depth) + line.Text);
        }

        foreach (var accessor in graph.Accessors)
            FieldAccessor.Write(writer, accessor.Name, accessor.Field, accessor.Type, accessor.DeclaringType);
    }
}
