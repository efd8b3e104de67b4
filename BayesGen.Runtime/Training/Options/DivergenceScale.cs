namespace BayesGen;

/// <summary>What the divergence is divided by before it joins the mean fit loss.</summary>
public enum DivergenceScale
{
    /// <summary>By the number N of training examples: beta = 1 is the negative ELBO per example.</summary>
    PerExample,

    /// <summary>By nothing: fit + beta * divergence, as in the Python library, whose beta is ours divided by N.</summary>
    None,
}
