using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>What samples of one step add up to.</summary>
/// <param name="weights">How much each of them counts.</param>
internal sealed class SampleAccumulator(ImportanceWeights weights)
{
    /// <summary>How much each sample counts, and the loss.</summary>
    public ImportanceWeights Weights { get; } = weights;

    /// <summary>The sum of the fit losses.</summary>
    public Tensor? Fit { get; private set; }

    /// <summary>The sum of the divergences.</summary>
    public Tensor? Divergence { get; private set; }

    /// <summary>The sum of the outputs; null where nobody asks for them.</summary>
    public Tensor? Output { get; private set; }

    /// <summary>The sum of the mean squared residuals, where the noise is learned from them; else null.</summary>
    public Tensor? Residuals { get; private set; }

    /// <summary>The parameter that the noise is learned in, where <see cref="Residuals"/> are.</summary>
    public Parameter? LogSigma { get; set; }

    /// <summary>All that is kept from one sample to the next.</summary>
    public IEnumerable<Tensor> Running => Weights.Running.Concat(new[] { Fit, Divergence, Output, Residuals }.OfType<Tensor>());

    /// <summary>Those of samples that several networks took: new tensors. Gradients are added up on the parameters of the first.</summary>
    public static SampleAccumulator Joined(IReadOnlyList<SampleAccumulator> parts)
    {
        if (parts.Count == 1)
            return parts[0];
        var joined = new SampleAccumulator(ImportanceWeights.Joined([.. parts.Select(part => part.Weights)]))
        {
            LogSigma = parts.Select(part => part.LogSigma).FirstOrDefault(logSigma => logSigma is not null),
        };
        foreach (var part in parts)
            joined.Add(part.Fit!, part.Divergence!, part.Output, part.Residuals);
        return joined;
    }

    /// <summary>Adds one more sample.</summary>
    /// <param name="fit">Its fit loss.</param>
    /// <param name="divergence">Its divergence.</param>
    /// <param name="output">Its output, or null.</param>
    /// <param name="residuals">Its mean squared residuals, or null.</param>
    public void Add(Tensor fit, Tensor divergence, Tensor? output, Tensor? residuals)
    {
        Fit = Sum(Fit, fit);
        Divergence = Sum(Divergence, divergence);
        if (output is not null)
            Output = Sum(Output, output);
        if (residuals is not null)
            Residuals = Sum(Residuals, residuals);
    }

    /// <summary>The sum with one more; what it was before is released.</summary>
    private static Tensor Sum(Tensor? sum, Tensor next)
    {
        using (sum)
            return sum is null ? next.detach() : sum.AddTo(next.detach());
    }
}
