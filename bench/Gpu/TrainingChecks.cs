using BayesGen.Datasets;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>Data that lies on the device, and trainings from it.</summary>
internal sealed class TrainingChecks(CheckReport report, CheckOptions options)
{
    /// <summary>
    /// Twice the three standard errors of two accuracies of 90 % on a thousand examples: the noise of the trainings differs too.
    /// </summary>
    private const double Close = 0.06;

    public void RunData()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(250, seed: 6);
        using var there = data.To(options.Device);
        foreach (var shuffle in new[] { true, false })
        {
            var (here, other) = (data.Batches(64, shuffle, seed: 9), there.Batches(64, shuffle, seed: 9));
            for (var epoch = 0; epoch < 2; epoch++)
            {
                // Each to its end, or its epoch would not count as walked.
                var pairs = here.ToList().Zip(other.ToList()).ToList();
                report.True($"batches {(shuffle ? "in random order" : "in order")}, epoch {epoch}: on the device, and those of the CPU",
                    pairs.Count == 4 && pairs.All(two =>
                        two.Second.Inputs.device_type == options.Device.type && two.Second.Targets.device_type == options.Device.type
                        && CheckReport.AreSame(two.First.Inputs, two.Second.Inputs) && CheckReport.AreSame(two.First.Targets, two.Second.Targets)));
            }
        }

        var (parts, partsThere) = (data.Split(50L, seed: 2), there.Split(50L, seed: 2));
        report.True("a split is the same", CheckReport.AreSame(parts.Validation.Inputs, partsThere.Validation.Inputs)
            && CheckReport.AreSame(parts.Train.Targets, partsThere.Train.Targets));
        foreach (var part in new[] { parts.Train, parts.Validation, partsThere.Train, partsThere.Validation })
            part.Dispose();
    }

    /// <summary>A training that continues from a checkpoint on the device ends where the undisturbed one did.</summary>
    public void RunResume()
    {
        using var drawn = SyntheticDigits.Create(640, seed: 8);
        using var data = drawn.To(options.Device);
        Resume("LogUniform", () => new BayesianLogUniformDigits(new()), (model, own) => model.CreateTrainer(own));
        Resume("SparseDropout, local, SGD", () => new BayesianSparseDropoutDigits(new()), (model, own) => model.CreateTrainer(own with
        {
            Optimizer = (parameters, rate) => new FlatSgd(parameters, rate, momentum: 0.9),
        }));
        Resume("Gaussian, IVON", () => new BayesianGaussianDigits(new()), (model, own) => model.CreateIvonTrainer(own));

        void Resume<TModel>(string name, Func<TModel> make, Func<TModel, TrainerOptions, VariationalTrainer> trainerOf)
            where TModel : nn.Module<Tensor, Tensor>
        {
            using var scope = NewDisposeScope();
            var folder = Directory.CreateTempSubdirectory("bayesgen-gpu-").FullName;
            try
            {
                random.manual_seed(4);
                using var whole = make();
                using var half = make();
                whole.to(options.Device);
                half.to(options.Device);
                List<Tensor> start = [];
                var own = new TrainerOptions { Epochs = 3, Seed = 3 };
                using var trainer = trainerOf(whole, own with
                {
                    Checkpoints = new CheckpointOptions { Folder = folder },
                    Hooks = [(_, step) =>
                    {
                        if (step is { Epoch: 2, Step: 1 })
                            start = State(whole);
                    }],
                });
                trainer.Train(data);
                using var resumed = trainerOf(half, own);
                resumed.Resume(Directory.GetFiles(folder).Order(StringComparer.Ordinal).First());
                resumed.Train(data);
                var (expected, found) = (State(whole), State(half));
                var way = Length(expected.Zip(start).Select(two => two.First - two.Second));
                report.AtMost(
                    $"{name}: a resumed training, distance from the undisturbed one as a part of the way it went",
                    Length(expected.Zip(found).Select(two => two.First - two.Second)) / way, 0.01);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        static List<Tensor> State(nn.Module<Tensor, Tensor> model) =>
            [.. Pair.ArenaOf(model).Parameters().Select(entry => entry.Parameter.detach().to(ScalarType.Float64, CPU))];

        static double Length(IEnumerable<Tensor> parts) => Math.Sqrt(parts.Sum(part => part.square().sum().item<double>()));
    }

    public void RunDigits()
    {
        using var train = SyntheticDigits.Create(4_000, seed: 1);
        using var test = SyntheticDigits.Create(1_000, seed: 2);
        using var trainThere = train.To(options.Device);
        using var testThere = test.To(options.Device);
        Digits("LogUniform", () => new BayesianLogUniformDigits(new()), (model, own) => model.CreateTrainer(own));
        Digits("SparseDropout, local", () => new BayesianSparseDropoutDigits(new()), (model, own) => model.CreateTrainer(own));
        Digits("Gaussian, RenyiLoss, K = 3", () => new BayesianGaussianDigits(new()), (model, own) =>
            model.CreateTrainer(new RenyiLoss(0.5), own with { Samples = 3, Epochs = 2 }));
        Digits("Gaussian, IVON", () => new BayesianGaussianDigits(new()), (model, own) => model.CreateIvonTrainer(own));

        void Digits<TModel>(string name, Func<TModel> make, Func<TModel, TrainerOptions, VariationalTrainer> trainerOf)
            where TModel : nn.Module<Tensor, Tensor>
        {
            var own = new TrainerOptions { Epochs = 4, Seed = 3, Metrics = [Metric.Accuracy] };
            var results = new[] { CPU, options.Device }.Select((device, index) =>
            {
                random.manual_seed(4);
                using var model = make();
                model.to(device);
                var isHere = index == 0;
                if (!isHere)
                    Pair.GoTheWayOfDevices(model);
                using var trainer = trainerOf(model, own);
                var result = trainer.Train(isHere ? train : trainThere);
                return (trainer.Evaluate(isHere ? test : testThere).Accuracy, result.Duration);
            }).ToList();
            report.AtMost(
                $"{name}: accuracy {results[1].Accuracy:P1} ({results[1].Duration.TotalSeconds:F1} s), on the CPU {results[0].Accuracy:P1} "
                + $"({results[0].Duration.TotalSeconds:F1} s), difference",
                Math.Abs(results[0].Accuracy - results[1].Accuracy), Close);
            report.True($"{name}: it learned, 70 % at least", results.All(result => result.Accuracy > 0.7));
        }
    }
}
