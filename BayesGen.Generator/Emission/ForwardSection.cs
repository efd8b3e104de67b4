using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using static BayesGen.SourceGeneration.Emission.CSharpText;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>The forward pass.</summary>
internal static class ForwardSection
{
    public static void Write(NetworkModel model, SourceWriter writer)
    {
        using var region = writer.Region("Forward");
        var forward = model.Forward;
        var parameters = string.Join(", ", forward.Inputs.Select(input => $"{input.Type} {input.Name}"));
        writer.Write("""
            /// <summary>Runs the network on its current weights: those of the draw that is alive, else the mean or the MAP.</summary>
            /// <inheritdoc/>
            """);
        if (model.Refusal is not null)
        {
            writer.Write($"public override {forward.Result} forward({parameters}) => {Throw};");
            return;
        }

        writer.Write($$"""
            public override {{forward.Result}} forward({{parameters}})
            {
                this.BeforeForward();
                return this.Network.call({{string.Join(", ", forward.Inputs.Select(input => input.Name))}});
            }

            /// <summary>Makes known what the forward of <see cref="{{Cref(model.Host.NetworkType)}}"/> computes.</summary>
            [global::System.Runtime.CompilerServices.ModuleInitializer]
            [global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]
            internal static void RegisterGraph() => {{GraphNames.Networks}}.Register<{{model.Host.NetworkType}}>(DescribeForward);
            """);
    }
}
