using static BayesGen.Tests.ReplicaTraining;

namespace BayesGen.Tests;

/// <summary>What replicas cannot do is said by name, and costs nothing.</summary>
public class ReplicaRefusalTests
{
    [Fact]
    public void NamesWhatCannotBeReplicated()
    {
        using var scope = NewDisposeScope();
        using var model = Started();
        Assert.Contains("[6, 3]", Refused(() => new BayesianReplicated(new Replicated(width: 7))));
        Assert.Contains("4 weight tensors", Refused(() => new BayesianGaussianRegressor(new GaussianRegressor())));
        Assert.Contains("the same network came twice", Refused(() => model));
        var same = Network();
        Assert.Contains("the same network came twice", Refused(() => same, atOnce: 3));

        using var survivor = new BayesianSurvivor(new Survivor());
        using var buffered = survivor.CreateTrainer(new TrainerOptions
        {
            Samples = 2, Replicas = Replicas.Of(() => new BayesianSurvivor(new Survivor()), atOnce: 2),
        });
        Assert.Contains("'norm.running_mean'", Assert.Throws<ArgumentException>(() => buffered.Train(Batches(1))).Message);

        using var remembering = new BayesianRemembering(new Remembering());
        using var dropping = remembering.CreateTrainer(
            Options(2) with { Replicas = Replicas.Of(() => new BayesianRemembering(new Remembering()), atOnce: 2) });
        var random = get_rng_state();
        var error = Assert.Throws<InvalidOperationException>(() => dropping.Train([(
            ones([2, 3], dtype: ScalarType.Float32, device: CPU), ones([2, 3], dtype: ScalarType.Float32, device: CPU))]));
        Assert.Contains("dropout", error.Message);
        Assert.True(TensorBits.Same(random, get_rng_state()));

        string Refused<TModel>(Func<TModel> create, int atOnce = 2)
            where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
        {
            using var trainer = model.CreateTrainer(Options(4) with { Replicas = Replicas.Of(create, atOnce) });
            var message = Assert.Throws<ArgumentException>(() => trainer.Train(Batches(1))).Message;

            // Asked again it says so again.
            Assert.Equal(message, Assert.Throws<ArgumentException>(() => trainer.Train(Batches(1))).Message);
            return message;
        }
    }

    [Fact]
    public void FindsRandomnessInTheForward()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianFickle(new Fickle());
        using var trainer = model.CreateTrainer(
            Options(2) with { Replicas = Replicas.Of(() => new BayesianFickle(new Fickle()), atOnce: 2) });
        var targets = zeros([2, 3], dtype: ScalarType.Float32, device: CPU);
        var inputs = ones([2, 3], dtype: ScalarType.Float32, device: CPU);
        var error = Assert.Throws<InvalidOperationException>(() => trainer.Train([(inputs, targets), (-inputs, targets)]));
        Assert.Contains("another amount of noise", error.Message);
    }

    [Fact]
    public void IvonRefusesReplicas()
    {
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        var error = Assert.Throws<ArgumentException>(() => model.CreateIvonTrainer(new TrainerOptions
        {
            Replicas = Replicas.Of(() => new BayesianGaussianRegressor(new GaussianRegressor())),
        }));
        Assert.Contains("Replicas", error.Message);
    }

    [Fact]
    public void RefusesANumberAtOnceBelowOne() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Replicas.Of(Network, atOnce: 0));
}
