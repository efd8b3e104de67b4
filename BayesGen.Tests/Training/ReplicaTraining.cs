namespace BayesGen.Tests;

/// <summary>The short training whose draws the tests of replicas take side by side.</summary>
internal static class ReplicaTraining
{
    public static TrainerOptions Options(int samples) => new()
    {
        Epochs = 3,
        Samples = samples,
        Seed = 5,
        Beta = 1,
        LearningRate = 1e-2,
        ExampleCount = 30,
        FitLoss = FitLoss.SquaredError,
        Metrics = [new Metric("error", (output, target) => (output - target).abs().sum(1))],
    };

    public static BayesianReplicated Network()
    {
        var model = new BayesianReplicated(new Replicated());
        model.Prior.Second.Weight = GaussianPrior.Trainable(0.5);
        model.to(ScalarType.Float64);
        return model;
    }

    public static BayesianReplicated Started()
    {
        random.manual_seed(1);
        return Network();
    }

    public static (TrainingResult Result, Dictionary<string, Tensor> State) Train(TrainerOptions options)
    {
        using var model = Started();
        using var trainer = model.CreateTrainer(options);
        return (trainer.Train(Batches(5)), Copies(model));
    }

    public static List<(Tensor Inputs, Tensor Targets)> Batches(int count, long outputs = 2)
    {
        var noise = new NoiseSource(4);
        var (x, y) = (zeros([6, 3], dtype: ScalarType.Float64, device: CPU), zeros([6, outputs], dtype: ScalarType.Float64, device: CPU));
        return [.. Enumerable.Range(0, count).Select(_ => (noise.Normal(x), noise.Normal(y)))];
    }

    public static Dictionary<string, Tensor> Copies(IBayesianNetwork model) =>
        model.Arena.StateTensors().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());

    public static void AssertClose(Dictionary<string, Tensor> expected, Dictionary<string, Tensor> found)
    {
        foreach (var (key, tensor) in expected)
            Assert.True(
                tensor.dtype == ScalarType.Bool ? TensorBits.Same(tensor, found[key])
                    : allclose(tensor, found[key], rtol: 1e-9, atol: 1e-11), key);
    }

    public static void AssertSame(Dictionary<string, Tensor> expected, Dictionary<string, Tensor> found)
    {
        foreach (var (key, tensor) in expected)
            Assert.True(TensorBits.Same(tensor, found[key]), key);
    }
}
