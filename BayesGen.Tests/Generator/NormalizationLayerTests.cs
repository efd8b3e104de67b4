using BayesGen.Tests.Support;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>
/// The generator's list of normalization layers by declared type, the list that it writes into wrappers for loosely declared fields, and
/// the list of the runtime hold the same layers: all that TorchSharp has.
/// </summary>
public sealed class NormalizationLayerTests
{
    private static readonly Dictionary<string, Func<Module<Tensor, Tensor>>> Layers = new()
    {
        [nameof(TorchSharp.Modules.BatchNorm1d)] = () => BatchNorm1d(4),
        [nameof(TorchSharp.Modules.BatchNorm2d)] = () => BatchNorm2d(4),
        [nameof(TorchSharp.Modules.BatchNorm3d)] = () => BatchNorm3d(4),
        [nameof(TorchSharp.Modules.InstanceNorm1d)] = () => InstanceNorm1d(4, affine: true),
        [nameof(TorchSharp.Modules.InstanceNorm2d)] = () => InstanceNorm2d(4, affine: true),
        [nameof(TorchSharp.Modules.InstanceNorm3d)] = () => InstanceNorm3d(4, affine: true),
        [nameof(TorchSharp.Modules.LayerNorm)] = () => LayerNorm(4),
        [nameof(TorchSharp.Modules.GroupNorm)] = () => GroupNorm(2, 4),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    /// <summary>A layer that a newer TorchSharp brings has to be judged here.</summary>
    [Fact]
    public void TorchSharpHasNoOtherNormalizationLayer() => Assert.Equal(
        Layers.Keys.Order(StringComparer.Ordinal),
        typeof(Linear).Assembly.GetExportedTypes()
            .Where(type => type is { IsAbstract: false } && typeof(Module).IsAssignableFrom(type)
                && type.Name.Contains("Norm", StringComparison.Ordinal))
            .Where(type => type.GetProperty("weight") is not null)
            .Select(type => type.Name)
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void NormalizationLayersStayPlainByTheirDeclaredType(string name)
    {
        var wrapper = GeneratorHarness.Run($$"""
            [Bayesian(Gaussian)]
            public sealed class Net : Module<Tensor, Tensor>
            {
                private readonly {{name}} layer;
                private readonly Linear head = Linear(4, 1);
                public Net({{name}} layer) : base("Net") { this.layer = layer; RegisterComponents(); }
                public override Tensor forward(Tensor x) => head.call(layer.call(x));
            }
            """).Compiles()["BayesianNet.g.cs"];
        Assert.Contains($"<c>layer</c>, {name}: deterministic", wrapper);
        Assert.DoesNotContain("<c>head</c>, Linear: deterministic", wrapper);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NormalizationLayersStayPlainInAFieldOfAnyModule(string name)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianAnyLayer(new AnyLayer(Layers[name]()));
        RequireRoles(model, "layer.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NormalizationLayersStayPlainInsideAnotherModule(string name)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianAnyLayer(new AnyLayer(Sequential(("inner", Layers[name]()))));
        RequireRoles(model, "layer.inner.");
    }

    private static void RequireRoles(IBayesianNetwork model, string prefix)
    {
        var weights = model.Arena.Describe().Weights;
        Assert.Equal(2, weights.Count(weight => weight.Key.StartsWith(prefix, StringComparison.Ordinal)));
        Assert.All(weights, weight => Assert.Equal(
            weight.Key.StartsWith(prefix, StringComparison.Ordinal) ? WeightRole.Deterministic : WeightRole.Bayesian, weight.Role));
    }
}
