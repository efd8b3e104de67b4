namespace BayesGen.Parameters;

/// <summary>Copying what the network holds into a plain network.</summary>
public sealed partial class NetworkArena
{
    /// <summary>Copies every weight and buffer of the network, as they are now, into a plain network of the same class.</summary>
    internal void CopyNetworkTo(nn.Module plain)
    {
        ArgumentNullException.ThrowIfNull(plain);
        if (ReferenceEquals(plain, _network))
            throw new ArgumentException("Export into a network of its own: this one belongs to the model.", nameof(plain));
        if (plain is IBayesianNetwork)
            throw new ArgumentException("Export into the plain network class, not into a Bayesian wrapper.", nameof(plain));

        using var _ = no_grad();
        var source = _network.state_dict();
        var target = plain.state_dict();
        StateComparison.Of(target, source).RequireFit(strict: true);
        foreach (var (key, tensor) in target)
            tensor.copy_(source[key]);
    }
}
