using BayesGen.Parameters;

namespace BayesGen.Training;

/// <summary>
/// Further copies of a Bayesian neural network, so that the draws of a step run side by side on the processors' cores instead of one after
/// another.
/// </summary>
/// <remarks>
/// A forward and backward on all cores waits, between its operations and within the smaller ones, for the slowest of them. K draws need
/// not: with a network for each, every draw has cores of its own, and nothing is waited for but the end of the step. Each replica follows
/// the model before every step, takes its share of the draws on a thread of its own, and adds its gradients to the model's; the noise of
/// draw k is the same as without replicas, so the training is the same up to rounding, and bit for bit the same from run to run. It costs
/// the memory of one more network for each replica. Loss and fit loss are called on several threads at once.
/// </remarks>
public sealed class Replicas
{
    private readonly Func<(IBayesianNetwork Model, Func<Tensor, Tensor> Forward)> _create;

    private Replicas(Func<(IBayesianNetwork Model, Func<Tensor, Tensor> Forward)> create, int? atOnce)
    {
        if (atOnce is { } number)
            ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, nameof(atOnce));
        (_create, AtOnce) = (create, atOnce);
    }

    /// <summary>The number of draws at once; null is as many as Torch computes with threads.</summary>
    public int? AtOnce { get; }

    /// <summary>Replicas of a network with one input.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="create">
    /// Builds a wrapper of the same class and sizes, a new one each time; the trainer disposes it. What its weights hold does not matter.
    /// </param>
    /// <param name="atOnce">
    /// The number of draws at once, the model's own among them, at least 1; each gets an equal share of Torch's threads. Null is one for
    /// each thread. Never more than there are draws in a step.
    /// </param>
    /// <example><c>Replicas = Replicas.Of(() => new BayesianClassifier(new Classifier()))</c></example>
    public static Replicas Of<TModel>(Func<TModel> create, int? atOnce = null)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork =>
        Of(create, (model, inputs) => model.call(inputs), atOnce);

    /// <summary>Replicas of a network with several inputs; see the other overload.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="create">Builds a wrapper of the same class and sizes, a new one each time; the trainer disposes it.</param>
    /// <param name="forward">Runs a wrapper on a batch. It must share nothing that changes between calls.</param>
    /// <param name="atOnce">The number of draws at once; null is one for each of Torch's threads.</param>
    public static Replicas Of<TModel>(Func<TModel> create, Func<TModel, Tensor, Tensor> forward, int? atOnce = null)
        where TModel : IBayesianNetwork
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(forward);
        return new Replicas(
            () =>
            {
                var model = create() ?? throw new InvalidOperationException("The function that makes replicas gave null.");
                return (model, inputs => forward(model, inputs));
            },
            atOnce);
    }

    /// <summary>
    /// One more network. Its tensors belong to nobody's dispose scope, and Torch's generator is left as if it had not been made.
    /// </summary>
    internal (IBayesianNetwork Model, Func<Tensor, Tensor> Forward) Create()
    {
        using var scope = NewDisposeScope();
        var random = TorchRandom.Read();
        var replica = _create();
        TorchRandom.Write(random);
        foreach (var parameter in replica.Model.Arena.Network.parameters())
            parameter.DetachFromDisposeScope();
        foreach (var buffer in replica.Model.Arena.Network.buffers())
            buffer.DetachFromDisposeScope();
        return replica;
    }
}
