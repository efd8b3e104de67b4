namespace BayesGen.Variational;

/// <summary>
/// A prior whose numbers can be learned together with the posterior: empirical Bayes, or maximum likelihood of the second kind. The bound
/// on the evidence is then maximized over the prior too.
/// </summary>
/// <remarks>
/// MacKay, "Bayesian Interpolation", 1992; Graves, "Practical Variational Inference for Neural Networks", 2011, section 4.2. The prior
/// stays a value: the network keeps the numbers that are learned beside the posterior of the weight, and its prior map shows them as
/// they are at present. Each weight that is given the prior learns numbers of its own.
/// </remarks>
public interface ITrainablePrior
{
    /// <summary>Whether the numbers are learned.</summary>
    bool IsTrainable { get; }

    /// <summary>
    /// The names of what is learned, unbounded numbers such as <c>log_scale</c>; they become the last part of state keys.
    /// </summary>
    IReadOnlyList<string> ParameterNames { get; }

    /// <summary>The present numbers in the order of the names.</summary>
    IReadOnlyList<double> ParameterValues { get; }

    /// <summary>The same prior over tensors, for a loss to score against.</summary>
    /// <param name="parameters">One tensor with a single number for each name; gradients flow to it.</param>
    Prior Over(IReadOnlyList<Tensor> parameters);

    /// <summary>The same prior with other numbers.</summary>
    /// <param name="values">One number for each name.</param>
    Prior With(IReadOnlyList<double> values);
}
