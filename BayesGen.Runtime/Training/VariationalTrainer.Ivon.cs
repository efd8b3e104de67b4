using BayesGen.Parameters;

namespace BayesGen.Training;

/// <summary>Training by IVON.</summary>
public sealed partial class VariationalTrainer
{
    /// <summary>
    /// A trainer that moves a Gaussian posterior by IVON, the improved variational online Newton method: it descends fit + beta KL / N as
    /// <see cref="ElboLoss"/> does, by natural gradients, with log_sigma set from a running mean of curvatures. A step costs no more than
    /// one of Adam over mu and log_sigma. Generated wrappers make one by <c>CreateIvonTrainer</c>, where the network can have it.
    /// </summary>
    /// <remarks>
    /// Shen et al., "Variational Learning is Effective for Large Deep Networks", ICML 2024. Beta is 1 where the options give none; another
    /// constant tempers the posterior. LearningRate, LearningRateFactors, Bounds and Optimizer are for the weights that nobody annotated.
    /// </remarks>
    /// <param name="model">
    /// The Bayesian neural network, of Gaussian weights with fixed Gaussian priors. It is trained in place and stays yours.
    /// </param>
    /// <param name="forward">Computes the network's output for a batch of inputs.</param>
    /// <param name="options">How to train.</param>
    /// <param name="ivon">How IVON moves; null is the default.</param>
    /// <exception cref="NotSupportedException">
    /// A weight is not Gaussian, or its prior is no fixed Gaussian; the message names it.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of its range, or means nothing to IVON.</exception>
    public static VariationalTrainer WithIvon(
        IBayesianNetwork model, Func<Tensor, Tensor> forward, TrainerOptions options, IvonOptions? ivon = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ivon ??= new IvonOptions();
        ivon.Validate();
        RequireMeaning(options);
        var trainer = new VariationalTrainer(model, forward, options with { Beta = options.Beta ?? new ConstantBeta(1) }, ivon);
        foreach (var arena in model.Arena.Families)
            foreach (var weight in arena.Weights)
                IvonLoss.PriorOf(arena, weight);
        return trainer;
    }

    /// <summary>How IVON moves; null where an optimizer does.</summary>
    internal IvonOptions? Ivon => _ivon;

    /// <summary>What an ordinary trainer is told and IVON has no place for.</summary>
    private static void RequireMeaning(TrainerOptions options)
    {
        if (options.Beta is not (null or ConstantBeta { Initial: > 0 }))
            throw new ArgumentException(
                "IVON takes a constant, positive beta: it tempers the posterior, whose width is set in every step. Leave TrainerOptions.Beta "
                + "out for the ELBO.", nameof(options));
        if (options.Replicas is not null)
            throw new ArgumentException(
                "IVON keeps what it needs of a draw in the model alone. Leave TrainerOptions.Replicas out, or use CreateTrainer.",
                nameof(options));
        if (options.MaximalGradientNorm is not null)
            throw new ArgumentException(
                "A shortened gradient would tell IVON of a flatter loss. Leave TrainerOptions.MaximalGradientNorm out and set "
                + "IvonOptions.ClipRadius.", nameof(options));
        foreach (var (option, keys) in new[]
        {
            (nameof(options.LearningRateFactors), options.LearningRateFactors?.Keys ?? []), (nameof(options.Bounds), options.Bounds.Keys),
        })
            if (keys.FirstOrDefault(key => key != NetworkArena.DeterministicKind) is { } key)
                throw new ArgumentException(
                    $"TrainerOptions.{option} names '{key}', which IVON moves by a rule of its own (IvonOptions). Name "
                    + $"'{NetworkArena.DeterministicKind}' alone, or use CreateTrainer.", nameof(options));
    }
}
