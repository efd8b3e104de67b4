using BayesGen.Data;
using BayesGen.Noise;
using BayesGen.Parameters;
using BayesGen.Prediction;
using BayesGen.Reporting;
using BayesGen.Serialization;
using BayesGen.Training;

namespace BayesGen.Baselines;

/// <summary>
/// Several networks of one class, trained apart from different starts; what they answer together is a prediction, and how far they differ
/// its epistemic part. The baseline that is hardest to beat, at as many times the cost of one network as it has members.
/// </summary>
/// <remarks>
/// Lakshminarayanan, Pritzel, Blundell, "Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles", 2017: members trained
/// by a proper score, for a regression with the noise of each input (<see cref="FitLoss.LearnedGaussian"/>), pooled with equal weights.
/// Members may be Bayesian: each then answers under samples of its weights.
/// </remarks>
public sealed class DeepEnsemble : PooledPredictor, IDisposable
{
    private const int UsualMembers = 5;

    private readonly List<EnsembleMember> _members;

    /// <summary>An ensemble of networks that are trained already.</summary>
    /// <param name="members">At least two networks of one class and size. The ensemble owns them from now on.</param>
    /// <exception cref="ArgumentException">There are fewer, or they differ in class or size; the member is named.</exception>
    public DeepEnsemble(params IReadOnlyList<nn.Module<Tensor, Tensor>> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count < 2 || members.Any(member => member is null))
            throw new ArgumentException("An ensemble has at least two members, and none is null.", nameof(members));
        _members = [.. members.Select((member, index) => new EnsembleMember(member, index))];
        var seen = new HashSet<nn.Module>(ReferenceEqualityComparer.Instance);
        foreach (var member in _members)
        {
            if (!seen.Add(member.Network))
                throw new ArgumentException("An ensemble has each network once, and one is given twice.", nameof(members));
            member.RequireKindOf(_members[0]);
        }
    }

    /// <summary>The members.</summary>
    public IReadOnlyList<nn.Module<Tensor, Tensor>> Members => [.. _members.Select(member => member.Network)];

    /// <summary>How the training of each member went; empty where they came trained.</summary>
    public IReadOnlyList<TrainingResult> Trainings { get; private init; } = [];

    /// <summary>Trains an ensemble of plain networks: no weight is Bayesian, whatever is annotated.</summary>
    /// <remarks>
    /// Each member starts from weights of its own and sees the data in an order of its own, by seeds that the seed of the options gives; a
    /// second call trains the same ensemble. Checkpoints go to <c>member-1</c> and so on in the folder of the options; where there are
    /// some, each member continues from its own, and one that has finished is not trained again.
    /// </remarks>
    /// <typeparam name="TNetwork">The class of the network.</typeparam>
    /// <param name="create">Builds a network, a new one each time.</param>
    /// <param name="train">The training data.</param>
    /// <param name="options">How to train each member.</param>
    /// <param name="members">The number of members, at least 2.</param>
    /// <param name="validation">Evaluated after every epoch, or null.</param>
    /// <param name="cancellation">Ends the running training after its step.</param>
    /// <exception cref="OperationCanceledException">It was canceled; the members are disposed.</exception>
    public static DeepEnsemble Train<TNetwork>(
        Func<TNetwork> create, BatchSource train, TrainerOptions options, int members = UsualMembers, BatchSource? validation = null,
        CancellationToken cancellation = default)
        where TNetwork : nn.Module<Tensor, Tensor>
    {
        ArgumentNullException.ThrowIfNull(create);
        return Train(
            () => new DeterministicModel<TNetwork>(create()), (model, own) => model.CreateTrainer(own), train, options, members, validation,
            cancellation);
    }

    /// <summary>Trains an ensemble of Bayesian neural networks; see the other overload.</summary>
    /// <typeparam name="TModel">The generated wrapper.</typeparam>
    /// <param name="create">Builds a wrapper around a network, new ones each time.</param>
    /// <param name="trainer">Makes the trainer of a member, such as <c>(model, own) => model.CreateTrainer(own)</c>.</param>
    /// <param name="train">The training data.</param>
    /// <param name="options">How to train each member.</param>
    /// <param name="members">The number of members, at least 2.</param>
    /// <param name="validation">Evaluated after every epoch, or null.</param>
    /// <param name="cancellation">Ends the running training after its step.</param>
    public static DeepEnsemble Train<TModel>(
        Func<TModel> create, Func<TModel, TrainerOptions, VariationalTrainer> trainer, BatchSource train, TrainerOptions options,
        int members = UsualMembers, BatchSource? validation = null, CancellationToken cancellation = default)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(members, 2);
        var trained = new List<nn.Module<Tensor, Tensor>>();
        var results = new List<TrainingResult>();

        // Where the caller's own randomness is must not depend on how many members there are.
        using var random = TorchRandom.Read();
        try
        {
            for (var i = 0; i < members; i++)
            {
                var own = OptionsOf(options, i);
                torch.random.manual_seed(own.Seed);
                var model = create();
                trained.Add(model);
                using var one = trainer(model, own);
                if (own.Checkpoints is { } checkpoints)
                    one.TryResume(checkpoints.Folder);
                results.Add(one.Train(train, validation, cancellation));
            }

            return new DeepEnsemble(trained) { Trainings = results };
        }
        catch
        {
            foreach (var model in trained)
                model.Dispose();
            throw;
        }
        finally
        {
            TorchRandom.Write(random);
        }
    }

    /// <summary>Writes the state of each member to a file of its own, <c>member-1.safetensors</c> and so on.</summary>
    /// <param name="folder">The folder, made where there is none.</param>
    /// <exception cref="NotSupportedException">A member is a plain module, which has no state file.</exception>
    public void Save(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (_members.Find(member => member.Network is not IBayesianNetwork) is { } plain)
            throw new NotSupportedException(
                $"A {plain.Network.GetType().Name} has no state file of BayesGen. Make the members new "
                + "DeterministicModel<...>(network), or save each by itself.");
        Directory.CreateDirectory(folder);
        var files = new EnsembleFolder(folder);
        for (var i = 0; i < _members.Count; i++)
            ((IBayesianNetwork)_members[i].Network).Save(files.FileOf(i));

        // Those of a larger ensemble that was saved here before would be loaded with these.
        files.DeleteFrom(_members.Count);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <typeparam name="TModel">The class of the members: a generated wrapper or a <see cref="DeterministicModel{TNetwork}"/>.</typeparam>
    /// <param name="folder">The folder.</param>
    /// <param name="create">Builds a member, a new one each time: <c>() => new DeterministicModel&lt;Net>(new Net())</c>.</param>
    /// <exception cref="FileNotFoundException">There are not two members in the folder, or one is missing; it is named.</exception>
    /// <exception cref="StateMismatchException">A file belongs to another network.</exception>
    public static DeepEnsemble Load<TModel>(string folder, Func<TModel> create)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(create);
        var members = new List<nn.Module<Tensor, Tensor>>();
        try
        {
            foreach (var file in new EnsembleFolder(folder).Files())
            {
                var model = create();
                members.Add(model);
                model.Load(file);
            }

            return new DeepEnsemble(members);
        }
        catch
        {
            foreach (var model in members)
                model.Dispose();
            throw;
        }
    }

    /// <summary>Releases the members.</summary>
    public void Dispose()
    {
        foreach (var member in _members)
            member.Network.Dispose();
    }

    private protected override int UsualSamples => 30;

    private protected override OutputPool Pool(int samples, PredictionOptions? options) => OutputPool.Of(samples, options, own =>
    {
        List<BatchAnswers> each = [.. _members.Select(member => member.Answers(samples, own))];
        return (batch, number, take, cancellation) => each.ForEach(answers => answers(batch, number, take, cancellation));
    });

    private protected override string? NotedLikelihood()
    {
        foreach (var member in _members)
            member.RequireTargetsOf(_members[0]);
        return _members[0].NotedLikelihood;
    }

    /// <summary>The options of one member: seed and place of its own.</summary>
    private static TrainerOptions OptionsOf(TrainerOptions options, int member) => options with
    {
        Seed = unchecked((int)NoiseSource.Mixed(options.Seed, member)) & int.MaxValue,
        Checkpoints = options.Checkpoints is { } checkpoints
            ? checkpoints with { Folder = Path.Combine(checkpoints.Folder, EnsembleFolder.NameOf(member)) }
            : null,
    };
}
