using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Speed;

/// <summary>A network and the variants of its training that are held against each other.</summary>
/// <param name="Name">The name of the network.</param>
/// <param name="Plain">Makes the plain network.</param>
/// <param name="Gaussian">Makes its Gaussian wrapper and the trainer.</param>
/// <param name="LogUniform">The same under the LogUniform family.</param>
/// <param name="Ivon">The Gaussian wrapper in the hands of IVON.</param>
/// <param name="Local">The same with Estimator.Local; null where a layer cannot take it.</param>
internal sealed record Case(
    string Name,
    Func<nn.Module<Tensor, Tensor>> Plain,
    Func<Device, Trained> Gaussian,
    Func<Device, Trained> LogUniform,
    Func<Device, Trained> Ivon,
    Func<Device, Trained>? Local)
{
    /// <summary>Families on units with their names.</summary>
    public IReadOnlyList<(string Name, Func<Device, Trained> Make)> Units { get; init; } = [];

    public static IReadOnlyList<Case> All { get; } =
    [
        new("classifier", () => new Classifier(),
            device => Trained.Of(() => new BayesianGaussianClassifier(new()), device, model => model.CreateTrainer),
            device => Trained.Of(() => new BayesianLogUniformClassifier(new()), device, model => model.CreateTrainer),
            device => Trained.Of(() => new BayesianGaussianClassifier(new()), device, model => options => model.CreateIvonTrainer(options)),
            device => Trained.Of(() => new BayesianLocalClassifier(new()), device, model => model.CreateTrainer))
        {
            Units =
            [
                ("GroupArd", device => Trained.Of(() => new BayesianGroupArdClassifier(new()), device, model => model.CreateTrainer)),
                ("GroupLogUniform",
                    device => Trained.Of(() => new BayesianGroupLogUniformClassifier(new()), device, model => model.CreateTrainer)),
                ("GroupHorseshoe",
                    device => Trained.Of(() => new BayesianGroupHorseshoeClassifier(new()), device, model => model.CreateTrainer)),
                ("GroupArd, local",
                    device => Trained.Of(() => new BayesianLocalGroupArdClassifier(new()), device, model => model.CreateTrainer)),
            ],
        },
        new("lenet-300-100", () => new LeNet300(),
            device => Trained.Of(() => new BayesianGaussianLeNet300(new()), device, model => model.CreateTrainer),
            device => Trained.Of(() => new BayesianLogUniformLeNet300(new()), device, model => model.CreateTrainer),
            device => Trained.Of(() => new BayesianGaussianLeNet300(new()), device, model => options => model.CreateIvonTrainer(options)),
            device => Trained.Of(() => new BayesianLocalLeNet300(new()), device, model => model.CreateTrainer)),
        new("lenet-5", () => new LeNet5(),
            device => Trained.Of(() => new BayesianGaussianLeNet5(new()), device, model => model.CreateTrainer),
            device => Trained.Of(() => new BayesianLogUniformLeNet5(new()), device, model => model.CreateTrainer),
            device => Trained.Of(() => new BayesianGaussianLeNet5(new()), device, model => options => model.CreateIvonTrainer(options)),
            device => Trained.Of(() => new BayesianLocalLeNet5(new()), device, model => model.CreateTrainer)),
        new("mlp-11x64", () => new DeepMlp(),
            device => Trained.Of(() => new BayesianGaussianDeepMlp(new()), device, model => model.CreateTrainer),
            device => Trained.Of(() => new BayesianLogUniformDeepMlp(new()), device, model => model.CreateTrainer),
            device => Trained.Of(() => new BayesianGaussianDeepMlp(new()), device, model => options => model.CreateIvonTrainer(options)),
            device => Trained.Of(() => new BayesianLocalDeepMlp(new()), device, model => model.CreateTrainer)),
        new("lstm", () => new RowReader(),
            device => Trained.Of(() => new BayesianGaussianRowReader(new()), device, model => model.CreateTrainer),
            device => Trained.Of(() => new BayesianLogUniformRowReader(new()), device, model => model.CreateTrainer),
            device => Trained.Of(() => new BayesianGaussianRowReader(new()), device, model => options => model.CreateIvonTrainer(options)),
            null),
    ];

    /// <summary>Every variant of the training of this network: the plain one with our care, the plain one, and the rest.</summary>
    /// <param name="device">Where.</param>
    /// <param name="examples">The number of training examples to share the divergence by.</param>
    /// <param name="draws">The numbers of draws in a step.</param>
    /// <param name="managesMemory">Whether trainers settle how the process keeps freed memory.</param>
    public List<TrainingVariant> Variants(Device device, long examples, IReadOnlyList<int> draws, bool managesMemory)
    {
        List<TrainingVariant> variants = [new CarefulPlainVariant(Plain(), device), new PlainVariant(Plain(), device)];
        foreach (var samples in draws)
        {
            foreach (var sideBySide in samples == 1 || device.type != DeviceType.CPU ? (bool[])[false] : [false, true])
            {
                foreach (
                    var (family, make) in (
                    ReadOnlySpan<(string, Func<Device, Trained>)>)[("Gaussian", Gaussian), ("LogUniform", LogUniform)])
                {
                    var name = $"{family}, K = {samples}{(sideBySide ? " side by side" : "")}";
                    variants.Add(new TrainerVariant(name, make(device), samples, examples, managesMemory, sideBySide)
                    {
                        Baseline = Baseline(family, samples),
                    });
                }
            }
        }

        variants.Add(new TrainerVariant("Gaussian, IVON", Ivon(device), 1, examples, managesMemory));
        if (Local is not null)
            variants.Add(new TrainerVariant("Gaussian, local", Local(device), 1, examples, managesMemory));
        foreach (var (name, make) in Units)
            variants.Add(new TrainerVariant(name, make(device), 1, examples, managesMemory));
        foreach (var samples in draws)
        {
            variants.Add(new BaselineVariant(Baseline("Gaussian", samples), Plain(), isLogUniform: false, samples, examples, device));
            variants.Add(new BaselineVariant(Baseline("LogUniform", samples), Plain(), isLogUniform: true, samples, examples, device));
        }

        return variants;

        static string Baseline(string family, int samples) => $"{family} per tensor, K = {samples}";
    }
}

/// <summary>A wrapper and what makes its trainer.</summary>
/// <param name="Model">The wrapper.</param>
/// <param name="Train">Makes the trainer.</param>
/// <param name="Replicas">Makes more of the same wrapper.</param>
internal sealed record Trained(IDisposable Model, Func<TrainerOptions, VariationalTrainer> Train, Replicas Replicas)
{
    public static Trained Of<TModel>(Func<TModel> create, Device device, Func<TModel, Func<TrainerOptions, VariationalTrainer>> train)
        where TModel : nn.Module<Tensor, Tensor>, IBayesianNetwork
    {
        var model = create();
        model.to(device);
        return new Trained(model, train(model), Replicas.Of(create));
    }
}
