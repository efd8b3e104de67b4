using BayesGen.Data;
using BayesGen.Parameters;

namespace BayesGen.Compression;

/// <summary>A network that a threshold is chosen for, and the data that it is evaluated on.</summary>
/// <param name="Model">The network; it stays yours.</param>
/// <param name="Forward">Computes its output for a batch of inputs: <c>model.call</c>.</param>
/// <param name="Validation">Data that neither trains nor tests the network.</param>
public sealed record SearchedNetwork(IBayesianNetwork Model, Func<Tensor, Tensor> Forward, BatchSource Validation);
