using BayesGen;
using BayesGen.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DistributedSample;

/// <summary>A Bayesian neural network, and how its trainer is made.</summary>
/// <param name="Model">The wrapper.</param>
/// <param name="Trainer">Makes the trainer.</param>
internal sealed record Trained(Module<Tensor, Tensor> Model, Func<TrainerOptions, VariationalTrainer> Trainer)
{
    /// <summary>A new network.</summary>
    /// <param name="family">The family.</param>
    /// <param name="network">The network.</param>
    /// <param name="width">The neurons of each hidden layer of a dense network; null is 100 and 50.</param>
    public static Trained Of(FamilyName family, NetworkName network, int? width = null) => (family, network) switch
    {
        (FamilyName.Gaussian, NetworkName.Dense) =>
            Of(new BayesianGaussianDense(new(width ?? 100, width ?? 50)), model => model.CreateTrainer),
        (FamilyName.Gaussian, NetworkName.Classifier) => Of(new BayesianGaussianClassifier(new()), model => model.CreateTrainer),
        (FamilyName.Gaussian, NetworkName.Conv) => Of(new BayesianGaussianConvolutional(new()), model => model.CreateTrainer),
        (FamilyName.Gaussian, _) => Of(new BayesianGaussianRecurrent(new()), model => model.CreateTrainer),
        (FamilyName.Ivon, NetworkName.Dense) =>
            Of(new BayesianGaussianDense(new(width ?? 100, width ?? 50)), model => options => model.CreateIvonTrainer(options)),
        (FamilyName.Ivon, NetworkName.Classifier) =>
            Of(new BayesianGaussianClassifier(new()), model => options => model.CreateIvonTrainer(options)),
        (FamilyName.Ivon, NetworkName.Conv) =>
            Of(new BayesianGaussianConvolutional(new()), model => options => model.CreateIvonTrainer(options)),
        (FamilyName.Ivon, _) => Of(new BayesianGaussianRecurrent(new()), model => options => model.CreateIvonTrainer(options)),
        (FamilyName.LogUniform, NetworkName.Dense) =>
            Of(new BayesianLogUniformDense(new(width ?? 100, width ?? 50)), model => model.CreateTrainer),
        (FamilyName.LogUniform, NetworkName.Classifier) => Of(new BayesianLogUniformClassifier(new()), model => model.CreateTrainer),
        (FamilyName.LogUniform, NetworkName.Conv) => Of(new BayesianLogUniformConvolutional(new()), model => model.CreateTrainer),
        (FamilyName.LogUniform, _) => Of(new BayesianLogUniformRecurrent(new()), model => model.CreateTrainer),
        (FamilyName.GroupArd, NetworkName.Dense) =>
            Of(new BayesianGroupArdDense(new(width ?? 100, width ?? 50)), model => model.CreateTrainer),
        (FamilyName.GroupArd, NetworkName.Classifier) => Of(new BayesianGroupArdClassifier(new()), model => model.CreateTrainer),
        (FamilyName.GroupArd, NetworkName.Conv) => Of(new BayesianGroupArdConvolutional(new()), model => model.CreateTrainer),
        (FamilyName.GroupArd, _) => Of(new BayesianGroupArdRecurrent(new()), model => model.CreateTrainer),
        (_, NetworkName.Dense) => Of(new BayesianSparseDropoutDense(new(width ?? 100, width ?? 50)), model => model.CreateTrainer),
        (_, NetworkName.Classifier) => Of(new BayesianSparseDropoutClassifier(new()), model => model.CreateTrainer),
        (_, NetworkName.Conv) => Of(new BayesianSparseDropoutConvolutional(new()), model => model.CreateTrainer),
        _ => Of(new BayesianSparseDropoutRecurrent(new()), model => model.CreateTrainer),
    };

    private static Trained Of<T>(T model, Func<T, Func<TrainerOptions, VariationalTrainer>> trainer)
        where T : Module<Tensor, Tensor> => new(model, trainer(model));
}
