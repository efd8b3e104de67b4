namespace BayesGen.Parameters;

/// <summary>What every generated wrapper is: a TorchSharp module whose weights live in a <see cref="NetworkArena"/>.</summary>
public interface IBayesianNetwork
{
    /// <summary>The memory of the network.</summary>
    NetworkArena Arena { get; }

    /// <summary>Whether the network is in training mode (dropout on, batch statistics learned).</summary>
    bool training { get; }

    /// <summary>Switches between training and evaluation mode.</summary>
    /// <param name="on">True for training.</param>
    void train(bool on = true);
}
