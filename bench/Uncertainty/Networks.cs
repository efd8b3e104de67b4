using static BayesGen.Family;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>With noise at the outputs of the layers, which makes the gradients quiet.</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local, PriorScale = 0.1)]
public sealed class LocalLeNet5 : LeNet5;

/// <summary>With weights that are drawn: for IVON.</summary>
[Bayesian(Gaussian, PriorScale = 0.1)]
public sealed class DrawnLeNet5 : LeNet5;

/// <summary>With a wider prior, for the whole bound from a random start.</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local, PriorScale = 0.3)]
public sealed class WideLeNet5 : LeNet5;
