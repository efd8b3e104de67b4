namespace BayesGen.SourceGeneration.Names;

/// <summary>
/// What generated descriptions of a forward name. Operations stand behind an alias, which is short to read, and to parse after every
/// keystroke, and finds nothing of the user's.
/// </summary>
internal static class GraphNames
{
    private const string Alias = "BayesGenGraph";

    /// <summary>What declares the alias.</summary>
    public static readonly string Using = $"using {Alias} = global::{RuntimeNames.GraphBuilder.Namespace};";

    /// <summary>What stands before the name of an operation.</summary>
    public const string Room = Alias + "::";

    public static readonly string Builder = Room + RuntimeNames.GraphBuilder.Name;
    public static readonly string Value = Room + RuntimeNames.GraphValue.Name;
    public static readonly string Size = Room + RuntimeNames.GraphSize.Name;
    public static readonly string Networks = RuntimeNames.FollowedNetworks.InCode;

    public const string Module = "global::TorchSharp.torch.nn.Module";

    private const string List = "global::System.Collections.Generic.IReadOnlyList";

    public static readonly string Values = $"{List}<{Value}>";
    public static readonly string Modules = $"{List}<{Module}>";
}
