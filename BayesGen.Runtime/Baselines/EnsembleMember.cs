using BayesGen.Execution;
using BayesGen.Likelihoods;
using BayesGen.Parameters;
using BayesGen.Prediction;

namespace BayesGen.Baselines;

/// <summary>
/// A member of an ensemble and how it answers a batch: a plain network once, a Bayesian one under samples of its weights.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="index">Its number in the ensemble, from 0.</param>
internal sealed class EnsembleMember(nn.Module<Tensor, Tensor> network, int index)
{
    public nn.Module<Tensor, Tensor> Network => network;

    /// <summary>What is noted of the targets on a wrapper; null of a plain network.</summary>
    public string? NotedLikelihood => (network as IBayesianNetwork)?.Arena.NotedLikelihood;

    /// <summary>Checks that another member was trained for the same targets: only then have their answers a common meaning.</summary>
    /// <exception cref="InvalidOperationException">It was not; the message says what each was trained for.</exception>
    public void RequireTargetsOf(EnsembleMember first)
    {
        if (NotedLikelihood != first.NotedLikelihood)
            throw new InvalidOperationException(
                $"Member {index + 1} was trained under {Words(NotedLikelihood)}, and member 1 under {Words(first.NotedLikelihood)}: the members "
                + "of an ensemble have targets of one kind. Say it in the call, Predict(x, Likelihood.Bernoulli()), for instance, or on each "
                + "member, member.UseLikelihood(likelihood).");

        static string Words(string? noted) => LikelihoodChoice.Of(noted) is { } likelihood ? $"the likelihood '{likelihood}'"
            : noted == LikelihoodChoice.SquaredError ? "the squared error"
            : "no likelihood";
    }

    /// <summary>
    /// Checks that it is a network of the same class and sizes as another: answers of different ones are not one distribution, and a state
    /// file would not fit.
    /// </summary>
    /// <exception cref="ArgumentException">It is not; the message says what differs.</exception>
    public void RequireKindOf(EnsembleMember first)
    {
        if (network.GetType() != first.Network.GetType())
            throw new ArgumentException(
                $"Member {index + 1} is a {network.GetType().Name}, and member 1 a {first.Network.GetType().Name}: the members of an "
                + "ensemble are networks of one class, trained apart. To compare different networks, evaluate each by itself.");
        var (mine, others) = (Shapes(network), Shapes(first.Network));
        foreach (var (key, shape) in others)
            if (!mine.TryGetValue(key, out var own) || own != shape)
                throw new ArgumentException(
                    $"'{key}' has shape {own ?? "none"} in member {index + 1}, and {shape} in member 1: the members of an ensemble have "
                    + "one size.");
        if (mine.Keys.FirstOrDefault(key => !others.ContainsKey(key)) is { } extra)
            throw new ArgumentException(
                $"Member {index + 1} has '{extra}', which member 1 has not: the members of an ensemble have one size.");
    }

    /// <summary>How it answers batches.</summary>
    public BatchAnswers Answers(int samples, PredictionOptions options)
    {
        if (network is IBayesianNetwork model)
        {
            var own = options with { Seed = DrawSeed.Of(options.Seed, index), BatchSize = int.MaxValue };
            var draws = new PosteriorDraws(model, network.call, samples, own);
            return (batch, _, take, cancellation) => AnswerBayesian(draws, batch, take, cancellation);
        }

        if (options.Thresholds is not null)
            throw new ArgumentException(
                $"PredictionOptions.Thresholds prunes posteriors, and member {index + 1}, a {network.GetType().Name}, has none.");
        var layout = new ImageLayout(network, () => new EvaluationMode(network), network.call, options.ChannelsLast);
        return (batch, _, take, cancellation) => AnswerPlain(layout, batch, take, cancellation);
    }

    private void AnswerPlain(ImageLayout layout, Tensor batch, Action<Tensor> take, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var mode = new EvaluationMode(network);
        using var step = NewDisposeScope();
        var device = network.parameters().Concat(network.buffers()).FirstOrDefault()?.device ?? batch.device;
        take(PosteriorDraws.Output(network.call, layout.Of(batch.to(device))));
    }

    /// <summary>Its answers lie in scopes of their own, and have to outlive them until the batch has ended.</summary>
    private static void AnswerBayesian(PosteriorDraws draws, Tensor batch, Action<Tensor> take, CancellationToken cancellation)
    {
        var kept = new KeptOutputs();
        try
        {
            draws.Run(batch, kept, cancellation);
            foreach (var output in kept.Outputs)
            {
                using var step = NewDisposeScope();
                take(output);
            }
        }
        finally
        {
            foreach (var output in kept.Outputs)
                output.Dispose();
        }
    }

    private static Dictionary<string, string> Shapes(nn.Module network) => network.named_parameters()
        .ToDictionary(entry => entry.name, entry => $"[{string.Join(", ", entry.parameter.shape)}]");

    private sealed class KeptOutputs : IPredictiveSums
    {
        public List<Tensor> Outputs { get; } = [];

        public int Examples => 0;

        public void Add(Tensor output) => Outputs.Add(output.detach().DetachFromDisposeScope());

        public void EndBatch(Tensor? inputs = null)
        {
        }
    }
}
