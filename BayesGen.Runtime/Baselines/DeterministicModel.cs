using BayesGen.CompilerServices;
using BayesGen.Training;

namespace BayesGen.Baselines;

/// <summary>
/// A network as it is: no weight is Bayesian, whatever is annotated. It is trained, evaluated, saved and resumed by the same trainer and
/// the same options as its Bayesian form, and predicts through the same results: the plain network to compare with.
/// </summary>
/// <remarks>
/// What a step descends is the fit alone; the divergence is 0, so that the ELBO of reports and evaluations is -fit, which early stopping
/// and <c>CheckpointScore.Elbo</c> go by. Weight decay is a matter of the optimizer, <c>new TrainerOptions { Optimizer = (p, rate) =>
/// new FlatAdamW(p, rate, weight_decay: 0.01) }</c>. Fit losses and the closed form of a learned noise work as they do elsewhere. State
/// files hold the weights under the keys of a plain network.
/// </remarks>
/// <typeparam name="TNetwork">The class of the network.</typeparam>
public sealed class DeterministicModel<TNetwork> : BayesianModule<TNetwork, Tensor, Tensor>
    where TNetwork : nn.Module<Tensor, Tensor>
{
    /// <summary>Takes a network over.</summary>
    /// <param name="network">The network, built outside any dispose scope. The model owns it from now on.</param>
    /// <exception cref="ArgumentNullException">There is no network.</exception>
    public DeterministicModel(TNetwork network)
        : base(network, "Deterministic" + typeof(TNetwork).Name, static plan => plan.AllDeterministic())
    {
    }

    /// <summary>A trainer that minimizes the fit loss of the options.</summary>
    /// <param name="options">How to train. Samples, beta and what else belongs to posteriors makes no difference.</param>
    /// <returns>The trainer; dispose it before the model.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public VariationalTrainer CreateTrainer(TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        // Of equal samples one is enough, and nothing warms up that is not there.
        return new VariationalTrainer(
            this, call, new FitAlone(),
            options with { Samples = 1, Antithetic = false, Replicas = null, ElboSamples = 0, Beta = new ConstantBeta(1) });
    }

    /// <summary>Runs the network.</summary>
    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        BeforeForward();
        return Network.call(x);
    }
}
