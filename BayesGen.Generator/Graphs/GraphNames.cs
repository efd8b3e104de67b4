namespace BayesGen.SourceGeneration.Graphs;

/// <summary>What generated descriptions of a forward name.</summary>
internal static class GraphNames
{
    public const string Room = "global::BayesGen.Structure.";
    public const string Builder = Room + "GraphBuilder";
    public const string Value = Room + "GraphValue";
    public const string Values = "global::System.Collections.Generic.IReadOnlyList<" + Value + ">";
    public const string Size = Room + "GraphSize";
    public const string Module = "global::TorchSharp.torch.nn.Module";
    public const string Modules = "global::System.Collections.Generic.IReadOnlyList<" + Module + ">";
    public const string Networks = "global::BayesGen.CompilerServices.FollowedNetworks";
}
