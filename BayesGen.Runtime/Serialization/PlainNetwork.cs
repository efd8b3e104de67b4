using System.Text.RegularExpressions;
using BayesGen.Parameters;

namespace BayesGen.Serialization;

/// <summary>Copying what a network holds, or what a file does, into a plain network.</summary>
internal static partial class PlainNetwork
{
    /// <summary>Copies every weight and buffer of a network, as they are now, into a plain network of the same class.</summary>
    /// <exception cref="ArgumentException">The plain network is none, or belongs to the model.</exception>
    /// <exception cref="StateMismatchException">It has other weights; nothing was written.</exception>
    public static void Export(NetworkArena arena, nn.Module plain)
    {
        RequirePlain(arena, plain);
        using var _ = no_grad();
        var source = arena.Network.state_dict();
        var target = plain.state_dict();
        StateComparison.Of(target, source).RequireFit(strict: true);
        foreach (var (key, tensor) in target)
            tensor.copy_(source[key]);
    }

    /// <summary>Checks that a network is a plain one of its own.</summary>
    /// <exception cref="ArgumentException">It is none, or belongs to the model.</exception>
    public static void RequirePlain(NetworkArena arena, nn.Module plain)
    {
        ArgumentNullException.ThrowIfNull(plain);
        if (ReferenceEquals(plain, arena.Network))
            throw new ArgumentException("Export into a network of its own: this one belongs to the model.", nameof(plain));
        if (plain is IBayesianNetwork)
            throw new ArgumentException("Export into the plain network class, not into a Bayesian wrapper.", nameof(plain));
    }

    /// <summary>
    /// The state of a plain network under the keys of files. TorchSharp names what an auto-property holds by the field behind it, which no
    /// file does.
    /// </summary>
    public static Dictionary<string, Tensor> StateOf(nn.Module network) =>
        network.state_dict().ToDictionary(entry => FieldBehindProperty().Replace(entry.Key, "$1"), entry => entry.Value);

    /// <summary>The key of a module or tensor by the name that TorchSharp gives it.</summary>
    public static string KeyOf(string name) => FieldBehindProperty().Replace(name, "$1");

    [GeneratedRegex("<([^<>]+)>k__BackingField")]
    private static partial Regex FieldBehindProperty();

    /// <summary>Writes tensors into a plain network. Everything is checked before anything is written.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">Tensors by the keys of its state dict; counters of batches may be there or not.</param>
    public static void Load(nn.Module network, IReadOnlyDictionary<string, Tensor> source)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        List<KeyValuePair<string, Tensor>> expected = [.. StateOf(network).Where(entry =>
            !BatchCounter.Is(entry.Key) || source.ContainsKey(entry.Key))];
        var names = expected.Select(entry => entry.Key).ToHashSet();
        StateComparison.Of(
            expected, source.Where(entry => names.Contains(entry.Key) || !BatchCounter.Is(entry.Key)).ToDictionary())
                .RequireFit(strict: true);
        foreach (var (key, target) in expected)
            TensorConversion.Require(key, target.dtype, source[key]);
        foreach (var (key, target) in expected)
            target.copy_(source[key]);
    }
}
