namespace BayesGen.SourceGeneration.Names;

/// <summary>What generated descriptions of a forward name.</summary>
internal static class GraphNames
{
    public static readonly string Builder = RuntimeNames.GraphBuilder.InCode;
    public static readonly string Value = RuntimeNames.GraphValue.InCode;
    public static readonly string Size = RuntimeNames.GraphSize.InCode;
    public static readonly string Networks = RuntimeNames.FollowedNetworks.InCode;

    /// <summary>What stands before the name of an operation.</summary>
    public static readonly string Room = $"global::{RuntimeNames.GraphBuilder.Namespace}.";

    public const string Module = "global::TorchSharp.torch.nn.Module";

    private const string List = "global::System.Collections.Generic.IReadOnlyList";

    public static readonly string Values = $"{List}<{Value}>";
    public static readonly string Modules = $"{List}<{Module}>";
}
