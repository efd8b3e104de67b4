using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>Whole programs as people write them. They are right, so no rule has anything to say.</summary>
public sealed class RealisticProgramTests
{
    private const string Network = """
        using System.Collections.Generic;
        using System.Linq;
        using BayesGen.Data;
        using static TorchSharp.torch.nn.functional;

        [Bayesian(Gaussian)]
        public sealed class Net : Module<Tensor, Tensor>
        {
            private readonly Linear hidden = Linear(784, 100);
            private readonly BatchNorm1d norm = BatchNorm1d(100);
            private readonly Linear head = Linear(100, 10);

            public Net() : base(nameof(Net)) => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                var logits = head.call(relu(norm.call(hidden.call(x.flatten(1)))));
                return training ? logits : logits.log_softmax(1);
            }
        }

        """;

    [Fact]
    public Task AcceptsALoopByHand() => IsSilent("""
        public static class Program
        {
            public static void Run(IEnumerable<(Tensor, Tensor)> batches, long examples, Device device)
            {
                var network = new Net();
                using var model = new BayesianNet(network);
                model.to(device);
                using var optimizer = optim.Adam(model.parameters(), lr: 1e-3);
                var loss = new ElboLoss();
                for (var epoch = 0; epoch < 10; epoch++)
                {
                    var beta = Math.Min(1.0, epoch / 5.0);
                    var seen = 0L;
                    foreach (var (x, y) in batches)
                    {
                        using var scope = NewDisposeScope();
                        optimizer.zero_grad();
                        var fits = new List<Tensor>();
                        var divergences = new List<Tensor>();
                        using (var draw = model.Draw())
                        {
                            fits.Add(cross_entropy(model.call(x), y));
                            divergences.Add(loss.Divergence(draw));
                            var terms = loss.Aggregate(fits, divergences, beta, examples);
                            draw.Backward(terms.Total);
                        }

                        nn.utils.clip_grad_norm_(model.parameters(), 1.0);
                        optimizer.step();
                        seen += x.shape[0];
                    }

                    Console.WriteLine($"{epoch}: {seen} examples");
                }

                model.cpu();
                model.Save("net.safetensors");
            }
        }
        """);

    [Fact]
    public Task AcceptsSchedulesAndAccumulatedGradients() => IsSilent("""
        public sealed class Experiment : IDisposable
        {
            private readonly BayesianNet _model = new(new Net());
            private readonly ElboLoss _loss = new();
            private optim.Optimizer _optimizer;
            private optim.lr_scheduler.LRScheduler _rates;

            public Experiment()
            {
                _optimizer = optim.AdamW(_model.parameters(), lr: 1e-3);
                _rates = optim.lr_scheduler.CosineAnnealingLR(_optimizer, 10);
            }

            public void Move(Device device)
            {
                _model.to(device);
                _optimizer = optim.AdamW(_model.parameters(), lr: 1e-3);
                _rates = optim.lr_scheduler.CosineAnnealingLR(_optimizer, 10);
            }

            public void Epoch(List<(Tensor X, Tensor Y)> batches, long examples)
            {
                for (var i = 0; i < batches.Count; i += 4)
                {
                    _optimizer.zero_grad();
                    foreach (var (x, y) in batches.Skip(i).Take(4))
                    {
                        using var draw = _model.Draw();
                        var fit = cross_entropy(_model.call(x), y) / 4;
                        draw.Backward(fit + _loss.Divergence(draw) / (4.0 * examples));
                    }

                    _optimizer.step();
                }

                _rates.step();
            }

            public void Warm(List<(Tensor X, Tensor Y)> batches)
            {
                foreach (var (x, y) in batches)
                    Step(x, y, beta: 0);
            }

            private void Step(Tensor x, Tensor y, double beta)
            {
                using var draw = _model.Draw();
                _optimizer.zero_grad();
                draw.Backward(_loss.Aggregate([cross_entropy(_model.call(x), y)], [_loss.Divergence(draw)], beta, 60_000).Total);
                _optimizer.step();
            }

            public TrainingResult ByTrainer(TensorDataSet data)
            {
                using var trainer = _model.CreateTrainer(new TrainerOptions
                {
                    Epochs = 20,
                    BatchSize = 64,
                    Beta = new LinearWarmup(5),
                    Metrics = [Metric.Accuracy],
                });
                return trainer.Train(data);
            }

            public void Dispose() => _model.Dispose();
        }
        """);

    [Fact]
    public Task AcceptsAnAdversarialPairWithTwoOptimizers() => IsSilent("""
        public sealed class Generator : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear a = Linear(16, 64);
            [Bayesian(Gaussian)] private readonly Linear b = Linear(64, 784);
            public Generator() : base(nameof(Generator)) => RegisterComponents();
            public override Tensor forward(Tensor z) => b.call(relu(a.call(z))).tanh();
        }

        public sealed class Discriminator : Module<Tensor, Tensor>
        {
            private readonly Linear a = Linear(784, 64);
            private readonly Linear b = Linear(64, 1);
            public Discriminator() : base(nameof(Discriminator)) => RegisterComponents();
            public override Tensor forward(Tensor x) => b.call(leaky_relu(a.call(x), 0.2));
        }

        public static class Program
        {
            public static void Run(IEnumerable<Tensor> images, long examples)
            {
                using var generator = new BayesianGenerator(new Generator());
                using var discriminator = new Discriminator();
                using var ofGenerator = optim.Adam(generator.parameters(), lr: 2e-4);
                using var ofDiscriminator = optim.Adam(discriminator.parameters(), lr: 2e-4);
                var loss = new ElboLoss();
                foreach (var real in images)
                {
                    using var scope = NewDisposeScope();
                    var count = real.shape[0];
                    using var draw = generator.Draw();
                    var made = generator.call(randn(count, 16));

                    ofDiscriminator.zero_grad();
                    var right = binary_cross_entropy_with_logits(discriminator.call(real), ones(count, 1));
                    var wrong = binary_cross_entropy_with_logits(discriminator.call(made.detach()), zeros(count, 1));
                    (right + wrong).backward();
                    ofDiscriminator.step();

                    ofGenerator.zero_grad();
                    var fooled = binary_cross_entropy_with_logits(discriminator.call(made), ones(count, 1));
                    draw.Backward(loss.Aggregate([fooled], [loss.Divergence(draw)], 1.0, examples).Total);
                    ofGenerator.step();
                }
            }
        }
        """);

    [Fact]
    public Task AcceptsEvaluationOnly() => IsSilent("""
        public static class Program
        {
            public static void Run(TensorDataSet test, Tensor image)
            {
                var network = new Net();
                using var model = new BayesianNet(network);
                model.Load("net.safetensors");
                model.UseMap();
                model.eval();
                using (no_grad())
                using (var scores = model.call(image))
                using (var answer = scores.argmax(1))
                    Console.WriteLine(answer.item<long>());

                // Which pixels matter: gradients of the input, not of the weights.
                var seen = image.detach().requires_grad_();
                model.call(seen).max().backward();
                Console.WriteLine(seen.grad!.abs().mean().item<float>());

                var prediction = model.Predict(image, samples: 30);
                Console.WriteLine(prediction.Confidence[0]);
                using var trainer = model.CreateTrainer(new TrainerOptions { Metrics = [Metric.Accuracy] });
                Console.WriteLine(trainer.Evaluate(test).Accuracy);
                network.eval();
            }
        }
        """);

    [Fact]
    public Task AcceptsAnEnsemble() => IsSilent("""
        public sealed class Ensemble : IDisposable
        {
            private readonly List<BayesianNet> _members = [];

            public void Train(TensorDataSet data, int count)
            {
                for (var i = 0; i < count; i++)
                {
                    var network = new Net();
                    var member = new BayesianNet(network);
                    using var trainer = member.CreateTrainer(new TrainerOptions { Epochs = 5, Seed = i });
                    trainer.Train(data);
                    member.Prune(new Thresholds { [Gaussian] = 0.5 });
                    _members.Add(member);
                }
            }

            public Tensor Predict(Tensor x)
            {
                using var _ = no_grad();
                return stack(_members.Select(member => member.call(x).softmax(1))).mean([0L]);
            }

            public static BayesianNet Best(IEnumerable<string> files)
            {
                BayesianNet? best = null;
                foreach (var file in files)
                {
                    var network = new Net();
                    var candidate = new BayesianNet(network);
                    candidate.Load(file);
                    best?.Dispose();
                    best = candidate;
                }

                return best ?? new BayesianNet(new Net());
            }

            public void Dispose() => _members.ForEach(member => member.Dispose());
        }
        """);

    private static Task IsSilent(string program)
    {
        AnalyzerAssert.CompilesBeside(Network + program);
        return AnalyzerAssert.Reports(Network + program);
    }
}
