using TorchSharp.Modules;

namespace BayesGen;

/// <summary>
/// Makes the optimizer over the flat posterior parameters and deterministic weights. It is called once for each learning rate: see
/// <see cref="TrainerOptions.LearningRateFactors"/>.
/// </summary>
/// <remarks>
/// Weight decay pulls weights toward zero, so it is for means and the weights that nobody annotated. Where an optimizer of TorchSharp or
/// BayesGen has one, the factory is called again for the other parameters of the rate, and their decay is set to 0.
/// </remarks>
/// <param name="parameters">The tensors to optimize.</param>
/// <param name="learningRate">The learning rate of the options, times the factor of these parameters.</param>
public delegate optim.Optimizer OptimizerFactory(IReadOnlyList<Parameter> parameters, double learningRate);
