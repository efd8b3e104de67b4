// IVON beside Adam: one Gaussian network on the built-in digits, trained in both ways, and what each gets on digits it has not seen, by the
// mean of the weights and by the mean answer of 32 draws. What a step of each costs is in the tables of bench/Speed.
//
//     dotnet run -c Release --project bench/Ivon -- [epochs] [IVON's learning rate] [Beta2] [initial curvature] [--device cpu|cuda]
using System.Diagnostics;
using System.Globalization;
using BayesGen;
using BayesGen.Data;
using BayesGen.Datasets;
using TorchSharp;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

const int Draws = 32;
ComputeThreads.SleepWhenIdle();
var named = Array.IndexOf(args, "--device");
if (named == args.Length - 1 && named >= 0)
    throw new ArgumentException("--device needs a value: cpu or cuda.");
var where = device(named < 0 ? "cpu" : args[named + 1]);
var numbers = args.Where((_, i) => named < 0 || i < named || i > named + 1)
    .Select(argument => double.Parse(argument, CultureInfo.InvariantCulture)).ToList();
using var train = Digits(10_000, seed: 1);
using var test = Digits(2_000, seed: 2);
var options = new TrainerOptions { Epochs = numbers.Count > 0 ? (int)numbers[0] : 10, Metrics = [Metric.Accuracy] };
var ivon = new IvonOptions();
if (numbers.Count > 1)
    ivon = ivon with { LearningRate = numbers[1] };
if (numbers.Count > 2)
    ivon = ivon with { Beta2 = numbers[2] };
if (numbers.Count > 3)
    ivon = ivon with { InitialCurvature = numbers[3] };

Console.WriteLine($"{options.Epochs} epochs of 10,000 digits, 784-128-10, {ivon}");
Console.WriteLine("                  mean: accuracy  NLL     32 draws: accuracy  NLL     ELBO    seconds");
foreach (var seed in (int[])[1, 2])
{
    Run($"Adam, seed {seed}", seed, (model, own) => model.CreateTrainer(own));
    Run($"IVON, seed {seed}", seed, (model, own) => model.CreateIvonTrainer(own, ivon));
}

void Run(string name, int seed, Func<BayesianReader, TrainerOptions, VariationalTrainer> make)
{
    random.manual_seed(seed);
    using var model = new BayesianReader(new Reader()).to(where);
    using var trainer = make(model, options with { Seed = seed });
    var clock = Stopwatch.StartNew();
    trainer.Train(train);
    var seconds = clock.Elapsed.TotalSeconds;
    var result = trainer.Evaluate(test);
    using var scope = NewDisposeScope();
    using var _ = no_grad();
    Tensor? mean = null;
    for (var k = 0; k < Draws; k++)
    {
        using var draw = model.Draw(seed: k);
        var answer = functional.softmax(model.call(test.Inputs), -1) / Draws;
        mean = mean is null ? answer : mean + answer;
    }

    var nll = functional.nll_loss(mean!.log(), test.Targets).item<float>();
    var accuracy = mean.argmax(-1).eq(test.Targets).to(ScalarType.Float32).mean().item<float>();
    Console.WriteLine(FormattableString.Invariant(
        $"{name}      {result.Accuracy:P2}  {result.Fit:F4}            {accuracy:P2}  {nll:F4}  {result.Elbo:F3}   {seconds:F1}"));
}

// They lie where they are used, so that no batch has to be moved.
TensorDataSet Digits(int count, int seed)
{
    using var drawn = SyntheticDigits.Create(count, seed);
    return drawn.To(where);
}

/// <summary>One hidden layer.</summary>
[Bayesian(Gaussian)]
internal sealed class Reader : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(28 * 28, 128);
    private readonly Linear output = Linear(128, 10);

    public Reader() : base(nameof(Reader)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(functional.relu(hidden.call(x.flatten(1))));
}
