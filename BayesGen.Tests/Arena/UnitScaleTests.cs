using static TorchSharp.torch.nn;
using BayesGen.CompilerServices;

namespace BayesGen.Tests;

/// <summary>Scales of units in a network: drawn with the weights, or with Estimator.Local for each example.</summary>
public class UnitScaleTests
{
    private const double Tolerance = 1e-12;

    private static readonly Dictionary<string, Func<Module<Tensor, Tensor>>> Drawn = new()
    {
        [nameof(ArdUnits)] = () => new BayesianArdUnits(new ArdUnits()),
        [nameof(LogUniformUnits)] = () => new BayesianLogUniformUnits(new LogUniformUnits()),
        [nameof(HorseshoeUnits)] = () => new BayesianHorseshoeUnits(new HorseshoeUnits()),
    };

    private static readonly Dictionary<string, Func<Module<Tensor, Tensor>>> Local = new()
    {
        [nameof(ArdUnits)] = () => new BayesianArdUnitsLocal(new ArdUnitsLocal()),
        [nameof(LogUniformUnits)] = () => new BayesianLogUniformUnitsLocal(new LogUniformUnitsLocal()),
        [nameof(HorseshoeUnits)] = () => new BayesianHorseshoeUnitsLocal(new HorseshoeUnitsLocal()),
    };

    public static TheoryData<string, bool> Networks
    {
        get
        {
            var networks = new TheoryData<string, bool>();
            foreach (var name in Drawn.Keys)
            {
                networks.Add(name, false);
                networks.Add(name, true);
            }

            return networks;
        }
    }

    public static TheoryData<string> Names => [.. Drawn.Keys];

    [Theory]
    [MemberData(nameof(Networks))]
    public void AStepByKernelsIsAStepByTheGraph(string name, bool isLocal)
    {
        using var scope = NewDisposeScope();
        using var module = Spread(name, isLocal);
        var model = (IBayesianNetwork)module;
        var family = model.Arena.Families.Single();
        Assert.IsType<ProductArenaKernel>(family.Kernel);
        var (value, gradients, divergence) = Step();
        family.DrawByGraph();
        var (valueByGraph, gradientsByGraph, divergenceByGraph) = Step();
        Assert.Equal(valueByGraph, value, Math.Abs(value) * Tolerance);
        Assert.Equal(divergenceByGraph, divergence, Math.Abs(divergence) * Tolerance);
        Assert.All(gradientsByGraph.Zip(gradients), pair => RequireSame(pair.First, pair.Second));
        Assert.All(gradients, gradient => Assert.NotEqual(0, gradient.abs().max().item<double>()));

        (double Value, List<Tensor> Gradients, double Divergence) Step()
        {
            model.Arena.ZeroGradients(setToNone: true);
            using var draw = model.Draw(3);
            var kl = new ElboLoss().Divergence(draw);
            var fit = module.call(UnitNetwork.Images(3)).square().mean();
            draw.Backward(fit + kl * 0.01);
            return (fit.item<double>(), [.. family.Flat.Select(flat => flat.grad!.clone())], kl.item<double>());
        }
    }

    /// <summary>Layers of several costs in one memory: each counts its own, by kernels as by the graph.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void UnitsCountTheCostOfTheirPrior(bool byGraph)
    {
        using var scope = NewDisposeScope();
        using var module = Spread(nameof(ArdUnits), isLocal: false);
        var model = (IBayesianNetwork)module;
        if (byGraph)
            model.Arena.Families.Single().DrawByGraph();
        List<string> keys = [.. model.Arena.Families.Single().Weights.Select(weight => weight.Key)];
        double[] costs = [.. keys.Select((_, i) => 0.5 + i)];
        double[] alone = [.. keys.Select(only => Divergence(key => key == only ? 1 : 1e-300))];
        Assert.All(alone, divergence => Assert.True(divergence > 0.1));
        var expected = alone.Zip(costs, (divergence, cost) => divergence * cost).Sum();
        Assert.Equal(expected, Divergence(key => costs[keys.IndexOf(key)]), 1e-12 * expected);

        double Divergence(Func<string, double> costOf)
        {
            foreach (var key in keys)
                model.Arena.SetPrior(key, new ArdPrior { Cost = costOf(key) });
            using var draw = model.Draw(3);
            return new ElboLoss().Divergence(draw).item<double>();
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void GradientsAreFiniteDifferences(string name, bool isLocal)
    {
        using var scope = NewDisposeScope();
        using var module = Spread(name, isLocal);
        var images = UnitNetwork.Images(3);
        var compared = GradientCheck.Run(
            (IBayesianNetwork)module, new ElboLoss(), () => module.call(images).square().mean(), tolerance: 1e-6);
        Assert.True(compared > 20, $"only {compared} coordinates");
    }

    /// <summary>Every layer by itself, its inputs the same: both estimators give each output the same mean and variance.</summary>
    [Theory]
    [Trait("Lane", "Slow")]
    [MemberData(nameof(Names))]
    public void LocalScalesHaveTheMomentsOfDrawnOnes(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var drawn = Spread(name, isLocal: false);
        using var local = Spread(name, isLocal: true);
        local.load_state_dict(drawn.state_dict());
        const int Count = 40_000;
        foreach (var (key, input) in (IEnumerable<(string, Tensor)>)[
            ("conv", UnitNetwork.Images(1)), ("hidden", UnitNetwork.Images(2).flatten()[..27].unsqueeze(0))])
        {
            Tensor outputs;
            using (((IBayesianNetwork)local).Draw(5))
                outputs = Layer(local, key).call(input.expand([Count, .. input.shape[1..]]).contiguous());
            var layer = Layer(drawn, key);
            List<Tensor> each = [];
            for (var seed = 0; seed < Count / 4; seed++)
            {
                using var draw = ((IBayesianNetwork)drawn).Draw(seed);
                each.Add(layer.call(input)[0]);
            }

            var byWeights = stack(each);
            var error = (outputs.var(0) / Count + byWeights.var(0) / each.Count).sqrt();
            var offset = ((outputs.mean([0]) - byWeights.mean([0])).abs() / error).max().item<double>();
            Assert.True(offset < 5, $"A mean of '{key}' is {offset} standard errors off.");
            var ratio = outputs.var(0) / byWeights.var(0);
            Assert.InRange(ratio.min().item<double>(), 0.8, 1.25);
            Assert.InRange(ratio.max().item<double>(), 0.8, 1.25);
            Assert.InRange(ratio.mean().item<double>(), 0.95, 1.05);
        }

        static Module<Tensor, Tensor> Layer(Module model, string key) =>
            LayerOf(model, $"{key}.weight");
    }

    /// <summary>With scales that are all noise about zero, a channel is its bias.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ABiasStandsOutsideOfTheScale(bool isLocal)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var module = Spread(nameof(ArdUnits), isLocal);
        var model = (IBayesianNetwork)module;
        var window = model.Arena.Posterior<GroupArdPosterior>("conv.weight");
        window.ScaleMu.fill_(0);
        window.ScaleLogSigma2.fill_(-60);
        model.Arena.AdoptState();
        var layer = (TorchSharp.Modules.Conv2d)LayerOf(module, "conv.weight");
        using var draw = model.Draw(1);
        var channels = layer.call(UnitNetwork.Images(2));
        Assert.True(channels.allclose(layer.bias!.view(1, 3, 1, 1).expand_as(channels), atol: 1e-10));
    }

    /// <summary>One image by itself has one scale for each unit; its answers are those of a batch of one.</summary>
    [Fact]
    public void AnInputWithoutABatchHasScalesToo()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var module = Spread(nameof(LogUniformUnits), isLocal: true);
        var layer = LayerOf(module, "conv.weight");
        var image = UnitNetwork.Images(1);
        Assert.True(Answer(image)[0].allclose(Answer(image[0])));

        Tensor Answer(Tensor input)
        {
            using var draw = ((IBayesianNetwork)module).Draw(1);
            return layer.call(input);
        }
    }

    [Fact]
    public void AFrozenLayerKeepsItsScales()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianArdUnitsLocal(new ArdUnitsLocal());
        model.Freeze("hidden");
        var before = model.state_dict().Where(pair => pair.Key.StartsWith("hidden.weight", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 3, FitLoss = FitLoss.SquaredError, ExampleCount = 8 });
        trainer.Train([(UnitNetwork.Images(8, ScalarType.Float32), zeros(8, 2))]);
        var after = model.state_dict();
        Assert.All(before, pair => Assert.True(TensorBits.Same(pair.Value, after[pair.Key]), pair.Key));
        Assert.Equal(
            ["hidden.weight.mask", "hidden.weight.mu", "hidden.weight.scale_log_sigma2", "hidden.weight.scale_mu"], before.Keys.Order());
        model.Unfreeze("hidden");
        trainer.Train([(UnitNetwork.Images(8, ScalarType.Float32), zeros(8, 2))]);
        Assert.False(TensorBits.Same(before["hidden.weight.scale_log_sigma2"], model.state_dict()["hidden.weight.scale_log_sigma2"]));
    }

    [Fact]
    public void TrainingLeaksNothing()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianHorseshoeUnitsLocal(new HorseshoeUnitsLocal());
        using var trainer = model.CreateTrainer(
            new TrainerOptions { Epochs = 2, FitLoss = FitLoss.SquaredError, Samples = 2, ExampleCount = 8 });
        var batch = new[] { (UnitNetwork.Images(8, ScalarType.Float32), zeros(8, 2)) };
        trainer.Train(batch);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        trainer.Train(batch);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static Module<Tensor, Tensor> Spread(string name, bool isLocal)
    {
        random.manual_seed(1);
        var module = (isLocal ? Local : Drawn)[name]();
        module.to(ScalarType.Float64);
        using var _ = no_grad();
        var noise = new NoiseSource(11);
        var arena = ((IBayesianNetwork)module).Arena;
        foreach (var (index, flat) in arena.Families.Single().Flat.Index())
        {
            var isWidth = arena.Families[0].Family.ParameterNames[index].EndsWith("log_sigma2", StringComparison.Ordinal);
            flat.add_(noise.Normal(flat) * 0.3 + (isWidth ? 1.0 : 0));
        }

        arena.AdoptState();
        return module;
    }

    private static Module<Tensor, Tensor> LayerOf(Module model, string key) =>
        (Module<Tensor, Tensor>)((IBayesianNetwork)model).Arena.Inventory.Keys.Find(key).Weight.Layer;

    private static void RequireSame(Tensor expected, Tensor actual)
    {
        var error = ((expected - actual).abs() / (expected.abs() + 1)).max().item<double>();
        Assert.True(error <= Tolerance, $"The largest relative error is {error:G3}.");
    }
}
