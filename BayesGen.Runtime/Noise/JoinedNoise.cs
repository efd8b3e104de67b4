namespace BayesGen.Noise;

/// <summary>
/// Hears of the log sigma that a forward joins to its outputs, on the thread that makes it and for as long as it lives. Whoever trains
/// learns so which parameter is the noise, whatever its name and wherever in the network it lies.
/// </summary>
internal sealed class JoinedNoise : IDisposable
{
    [ThreadStatic]
    private static JoinedNoise? _listening;

    private readonly JoinedNoise? _before = _listening;
    private readonly List<Tensor> _heard = [];

    public JoinedNoise() => _listening = this;

    /// <summary>What the forward joined, where it was one tensor; else null.</summary>
    public Tensor? LogSigma => _heard is [var only] ? only : null;

    /// <summary>Tells whoever listens on this thread.</summary>
    public static void Tell(Tensor logSigma) => _listening?._heard.Add(logSigma);

    public void Dispose() => _listening = _before;
}
