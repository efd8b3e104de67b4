using BayesGen.Structure;
using TorchSharp.Modules;

namespace BayesGen.Tests.Export;

/// <summary>A small classifier with a layer of each kind that has weights of its own kind in a file.</summary>
[Bayesian(Family.Gaussian)]
public sealed class ExportedClassifier : nn.Module<Tensor, Tensor>
{
    internal readonly Conv2d conv = nn.Conv2d(1, 4, 3);
    internal readonly Linear fc = nn.Linear(4 * 4 * 4, 3);

    public ExportedClassifier() : base(nameof(ExportedClassifier)) => RegisterComponents();

    public override Tensor forward(Tensor x) =>
        fc.call(nn.functional.max_pool2d(nn.functional.relu(conv.call(x)), 2).flatten(1));
}

/// <summary>A small regressor.</summary>
[Bayesian(Family.Gaussian)]
public sealed class ExportedRegressor : nn.Module<Tensor, Tensor>
{
    internal readonly Linear fc1 = nn.Linear(2, 9);
    internal readonly Linear fc2 = nn.Linear(9, 4);

    public ExportedRegressor() : base(nameof(ExportedRegressor)) => RegisterComponents();

    public override Tensor forward(Tensor x) => fc2.call(nn.functional.tanh(fc1.call(x)));
}
