using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>
/// Gradients of networks that are pruned in part: a weight that is zero whatever the posterior says has no gradient from the fit. Every
/// family, drawn by kernels and by the graph, by weights and by outputs.
/// </summary>
public class PrunedGradientTests
{
    private const string Outputs = "by outputs";

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var name in Enum.GetNames<Family>().Append(Outputs))
                foreach (var byGraph in new[] { false, true })
                    data.Add(name, byGraph);
            return data;
        }
    }

    public static TheoryData<string> Names => [.. Enum.GetNames<Family>(), Outputs];

    [Theory]
    [Trait("Lane", "Slow")]
    [MemberData(nameof(Cases))]
    public void GradientsMatchDifferences(string name, bool byGraph)
    {
        using var scope = NewDisposeScope();
        var (model, fit) = Pruned(name, byGraph);
        using ((IDisposable)model)
            GradientCheck.Run(model, new ElboLoss(), fit, name == Outputs ? 1e-6 : 1e-7);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheFitGivesAPrunedWeightNoGradient(string name, bool byGraph)
    {
        using var scope = NewDisposeScope();
        var (model, fit) = Pruned(name, byGraph);
        using ((IDisposable)model)
        {
            model.Arena.ZeroGradients(setToNone: false);
            using (var draw = model.Draw(3))
                draw.Backward(fit());
            foreach (var arena in model.Arena.Families)
            {
                Assert.All(arena.Flat.Zip(arena.Flat.Extents), pair =>
                {
                    var (parameter, mask) = (pair.First, KeptOf(arena, pair.Second));
                    Assert.Equal(0, parameter.grad!.masked_select(mask.logical_not()).abs().sum().item<double>());
                    Assert.NotEqual(0, parameter.grad!.masked_select(mask).abs().sum().item<double>());
                });
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void KernelsAndGraphGiveTheSameGradients(string name)
    {
        using var scope = NewDisposeScope();
        var (kernels, graph) = (Gradients(byGraph: false), Gradients(byGraph: true));
        Assert.Equal(kernels.Count, graph.Count);
        // Both sum some thousand float64 terms in orders of their own: 1e3 * 1e-16, with three digits to spare.
        Assert.All(kernels.Zip(graph), pair => Assert.True(pair.First.allclose(pair.Second, 1e-10, 1e-12)));

        List<Tensor> Gradients(bool byGraph)
        {
            var (model, fit) = Pruned(name, byGraph);
            using ((IDisposable)model)
            {
                model.Arena.ZeroGradients(setToNone: false);
                using (var draw = model.Draw(3))
                    draw.Backward(fit() + new ElboLoss().Divergence(draw) * 0.01);
                return [.. model.Arena.Parameters().Select(entry => entry.Parameter.grad!.clone())];
            }
        }
    }

    /// <summary>Which numbers of an extent have a weight that is kept, flat.</summary>
    private static Tensor KeptOf(FamilyArena arena, ParameterExtent extent) => cat([.. arena.Weights.Select(weight =>
    {
        var shape = weight.Place.ShapeOf(extent);
        long[] shared = [.. Enumerable.Range(0, shape.Length).Where(i => shape[i] < weight.Shape[i]).Select(i => (long)i)];
        var kept = arena.Mask.Windows[weight.Place.Index].to(ScalarType.Float64);
        return (shared.Length == 0 ? kept : kept.sum(shared)).flatten().gt(0);
    })]);

    /// <summary>A float64 network that keeps about half of each family, and the fit of it.</summary>
    private static (IBayesianNetwork Model, Func<Tensor> Fit) Pruned(string name, bool byGraph)
    {
        random.manual_seed(6);
        IBayesianNetwork model = name switch
        {
            nameof(Family.Gaussian) => new BayesianGaussianRegressor(new GaussianRegressor()),
            nameof(Family.LogUniform) => new BayesianLogUniformRegressor(new LogUniformRegressor()),
            nameof(Family.SparseDropout) => new BayesianSparseDropoutRegressor(new SparseDropoutRegressor()),
            nameof(Family.GroupArd) => new BayesianGroupArdRegressor(new GroupArdRegressor()),
            nameof(Family.GroupLogUniform) => new BayesianGroupLogUniformRegressor(new GroupLogUniformRegressor()),
            nameof(Family.GroupHorseshoe) => new BayesianGroupHorseshoeRegressor(new GroupHorseshoeRegressor()),
            Outputs => new BayesianLocalConvolver(new LocalConvolver()),
            _ => throw new ArgumentException($"Add a network of the family {name}.", nameof(name)),
        };
        var network = (Module<Tensor, Tensor>)model;
        network.to(ScalarType.Float64);
        var x = name == Outputs ? randn(3, 2, 8, dtype: ScalarType.Float64) : randn(6, 3, dtype: ScalarType.Float64);
        var thresholds = new Thresholds();
        foreach (var arena in model.Arena.Families)
        {
            using (no_grad())
                foreach (var parameter in arena.Flat)
                    parameter.add_(0.3 * randn_like(parameter));
            // Of each layer by itself where units share a score: a few units are all that a layer has, and none may be left.
            if (arena.Flat.IsElementwise)
                thresholds = thresholds.With(Enum.Parse<Family>(arena.Family.Name), arena.Posterior.Score().median().item<double>());
            else
                foreach (var weight in arena.Weights)
                    thresholds = thresholds.With(weight.Key, arena.Posterior.WindowOf(weight).Score().median().item<double>());
            if (byGraph)
                arena.DrawByGraph();
            else
                Assert.NotNull(arena.Kernel);
        }

        var report = model.Prune(thresholds);
        Assert.InRange(report.Kept, report.BayesianWeights / 4, report.BayesianWeights * 3 / 4);
        return (model, () => (network.call(x) - 1).square().mean());
    }
}
