// How hard are the built-in digits? Trains softmax regression and the guide's network on them in the same way and prints what each gets
// on digits it has not seen, and what the network gets on the real MNIST test set where that is at hand:
//
//     dotnet run -c Release --project bench/Digits -- [folder of the MNIST files]
using BayesGen;
using BayesGen.Datasets;
using TorchSharp;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

ComputeThreads.SleepWhenIdle();
random.manual_seed(1);
using var train = SyntheticDigits.Create(12_000, seed: 1);
using var test = SyntheticDigits.Create(5_000, seed: 2);
var options = new TrainerOptions
{
    Epochs = 8,
    BatchSize = 100,
    LearningRate = 2e-3,
    LearningRateFactors = new Dictionary<string, double>(),
    LearningRateSchedule = progress => progress < 0.5 ? 1 : 2 * (1 - progress) + 0.02,
    Beta = new LinearWarmup(epochs: 4),
    Metrics = [Metric.Accuracy],
    Seed = 1,
};

using (var softmax = new BayesianSoftmaxRegression(new SoftmaxRegression()))
using (var trainer = softmax.CreateTrainer(options))
{
    trainer.Train(train);
    Console.WriteLine($"softmax regression, held-out built-in digits: {trainer.Evaluate(test).Accuracy:P2}");
}

using (var network = new BayesianClassifier(new Classifier()))
using (var trainer = network.CreateTrainer(options with { Beta = new LinearWarmup(epochs: 4), Report = new TextReport(Console.Out) }))
{
    trainer.Train(train);
    Console.WriteLine($"the network, held-out built-in digits: {trainer.Evaluate(test).Accuracy:P2}");
    var where = new ImageDataOptions { DataDirectory = args.FirstOrDefault(), AllowDownload = false };
    if (ImageArchive.Mnist.Find(where) is null)
    {
        Console.WriteLine("the real MNIST is not at hand: give its folder as an argument");
        return;
    }

    using var mnist = ImageArchive.Mnist.Load(where);
    Console.WriteLine($"the network, real MNIST test set: {trainer.Evaluate(mnist.Test).Accuracy:P2}");
}

/// <summary>A linear classifier: what a task must be beyond to need a network.</summary>
internal sealed class SoftmaxRegression : Module<Tensor, Tensor>
{
    [Bayesian(LogUniform)] private readonly Linear linear = Linear(28 * 28, 10);

    public SoftmaxRegression() : base(nameof(SoftmaxRegression)) => RegisterComponents();

    public override Tensor forward(Tensor x) => linear.call(x.flatten(1));
}

/// <summary>The network of the walk-through in samples/Mnist.</summary>
[Bayesian(LogUniform)]
internal sealed class Classifier : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = Conv2d(1, 32, 3, padding: 1);
    private readonly Conv2d conv2 = Conv2d(32, 64, 3, padding: 1);
    private readonly MaxPool2d pool = MaxPool2d(2, 2);
    private readonly Linear fc1 = Linear(64 * 7 * 7, 128);
    private readonly Linear fc2 = Linear(128, 10);

    public Classifier() : base(nameof(Classifier)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = pool.call(functional.relu(conv1.call(x)));
        x = pool.call(functional.relu(conv2.call(x)));
        return fc2.call(functional.relu(fc1.call(x.flatten(1))));
    }
}
