namespace BayesGen.Parameters;

/// <summary>
/// A Bayesian neural network whose posterior comes from a fit, which gives what predicts: draws of its own weights are of the posterior
/// that they start with.
/// </summary>
internal interface IPosteriorByFit : IBayesianNetwork;
