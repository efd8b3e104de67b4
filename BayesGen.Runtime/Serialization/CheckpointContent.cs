using System.Globalization;

namespace BayesGen.Serialization;

/// <summary>
/// What a checkpoint holds: the state of the network under its keys, and beside it tensors and values of the training, each under a name.
/// </summary>
internal sealed class CheckpointContent : IDisposable
{
    /// <summary>The value that says what the targets of the network are.</summary>
    public const string LikelihoodName = "likelihood";

    private readonly bool _ownsTensors;

    /// <param name="ownsTensors">Whether the tensors are copies that live and die with the content.</param>
    public CheckpointContent(bool ownsTensors = false) => _ownsTensors = ownsTensors;

    /// <summary>The state of the network, by the keys of state files.</summary>
    public Dictionary<string, Tensor> Network { get; } = [];

    /// <summary>Tensors of the training.</summary>
    public Dictionary<string, Tensor> Tensors { get; } = [];

    /// <summary>Numbers and words of the training, written so that every bit of a number comes back.</summary>
    public SortedDictionary<string, string> Values { get; } = new(StringComparer.Ordinal);

    public void Put(string name, string value) => Values[name] = value;

    public void Put(string name, long value) => Values[name] = value.ToString(CultureInfo.InvariantCulture);

    public void Put(string name, double value) => Values[name] = value.ToString("R", CultureInfo.InvariantCulture);

    /// <exception cref="CheckpointMismatchException">There is no such value.</exception>
    public string Text(string name) => Values.TryGetValue(name, out var value)
        ? value
        : throw new CheckpointMismatchException([$"it lacks the value '{name}'"]);

    /// <exception cref="CheckpointMismatchException">There is no such number.</exception>
    public long Integer(string name) =>
        long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new CheckpointMismatchException([$"its value '{name}' is '{Text(name)}', expected a whole number"]);

    /// <exception cref="CheckpointMismatchException">There is no such number, or it is out of its range.</exception>
    public long Integer(string name, long least, long most) => Integer(name) is var value && value >= least && value <= most
        ? value
        : throw new CheckpointMismatchException([$"its value '{name}' is {Text(name)}, expected a count from {least} to {most}"]);

    /// <exception cref="CheckpointMismatchException">There is no such number, or it counts nothing.</exception>
    public int Count(string name) => (int)Integer(name, 0, int.MaxValue);

    /// <exception cref="CheckpointMismatchException">There is no such number, or it is negative or not finite.</exception>
    public double NotNegative(string name) => Number(name) is var value && double.IsFinite(value) && value >= 0
        ? value
        : throw new CheckpointMismatchException([$"its value '{name}' is {Text(name)}, expected a finite number that is not negative"]);

    /// <exception cref="CheckpointMismatchException">There is no such number.</exception>
    public double Number(string name) => double.TryParse(Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new CheckpointMismatchException([$"its value '{name}' is '{Text(name)}', expected a number"]);

    /// <exception cref="CheckpointMismatchException">There is no such tensor.</exception>
    public Tensor Tensor(string name) => Tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new CheckpointMismatchException([$"it lacks the tensor '{name}'"]);

    /// <summary>The values whose names begin with a prefix, without it.</summary>
    public Dictionary<string, string> Under(string prefix) => Values
        .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);

    /// <summary>A copy that shares no memory with the network or the training.</summary>
    public CheckpointContent Copy()
    {
        using var _ = no_grad();
        var copy = new CheckpointContent(ownsTensors: true);
        foreach (var (key, tensor) in Network)
            copy.Network.Add(key, Cloned(tensor));
        foreach (var (name, tensor) in Tensors)
            copy.Tensors.Add(name, Cloned(tensor));
        foreach (var (name, value) in Values)
            copy.Values.Add(name, value);
        return copy;
    }

    public void Dispose()
    {
        if (!_ownsTensors)
            return;
        foreach (var tensor in Network.Values.Concat(Tensors.Values))
            tensor.Dispose();
    }

    private static Tensor Cloned(Tensor tensor)
    {
        using var plain = tensor.detach();
        return plain.clone().DetachFromDisposeScope();
    }
}
