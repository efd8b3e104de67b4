namespace BayesGen.SourceGeneration.Schema;

/// <summary>
/// One line of BayesGen.State.txt: <c>Demo.Classifier: conv1.weight -> LogUniform</c>. Where only the runtime knows the layout, the key is
/// what the keys begin with: <c>encoder.*</c>.
/// </summary>
/// <param name="Network">The network class with its namespace.</param>
/// <param name="Key">The key of a weight or buffer, or a prefix with a star.</param>
/// <param name="Content">The family of the posterior, "Deterministic", or the network class that says more.</param>
internal sealed record StateEntry(string Network, string Key, string Content)
{
    /// <summary>What stands for weights and buffers without a posterior.</summary>
    public const string Deterministic = "Deterministic";

    private const string AfterNetwork = ": ";
    private const string BeforeContent = " -> ";
    private const string Others = ".*";

    /// <summary>The key of the member of the network that it belongs to.</summary>
    public string Member => Key.Split('.')[0];

    /// <summary>What every key under it begins with, or null where it is one key.</summary>
    public string? Prefix => Key.EndsWith(Others, StringComparison.Ordinal) ? Key.Substring(0, Key.Length - 1) : null;

    /// <summary>An entry for all that is under a member.</summary>
    public static StateEntry ForAll(string network, string member, string content) => new(network, member + Others, content);

    /// <summary>Reads a line, or gives null where it is none.</summary>
    public static StateEntry? Parse(string line)
    {
        var colon = line.IndexOf(AfterNetwork, StringComparison.Ordinal);
        var arrow = line.LastIndexOf(BeforeContent, StringComparison.Ordinal);
        if (colon <= 0 || arrow <= colon + AfterNetwork.Length)
            return null;
        var entry = new StateEntry(
            line.Substring(0, colon),
            line.Substring(colon + AfterNetwork.Length, arrow - colon - AfterNetwork.Length),
            line.Substring(arrow + BeforeContent.Length));
        return new[] { entry.Network, entry.Key, entry.Content }.All(part => part.Length > 0 && part.Trim() == part) ? entry : null;
    }

    /// <summary>The same entry under another member.</summary>
    public StateEntry Under(string member) => this with { Key = member + Key.Substring(Member.Length) };

    /// <summary>
    /// Whether what was saved by this entry may be found by another one. A prefix may stand for any key under it: which ones there are is
    /// known at run time.
    /// </summary>
    public bool IsFoundBy(StateEntry today)
    {
        if (today.Prefix is { } prefix && Key.StartsWith(prefix, StringComparison.Ordinal))
            // A plain bias beside a Bayesian weight.
            return Content == today.Content || (Prefix is null && Content == Deterministic);
        return Content == today.Content
            && (Key == today.Key || (Prefix is { } own && today.Key.StartsWith(own, StringComparison.Ordinal)));
    }

    public override string ToString() => Network + AfterNetwork + Key + BeforeContent + Content;
}
