using BayesGen.Data;
using BayesGen.Datasets;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>Everything about a family and an estimator that both sides have to agree on.</summary>
internal sealed class FamilyChecks(CheckReport report, CheckOptions options)
{
    private const int Examples = 200;
    private const long N = 1_000;

    public void Run(CheckCase checkCase)
    {
        using var scope = NewDisposeScope();
        using var pair = new Pair(checkCase.Make, options.Device);
        using var data = SyntheticDigits.Create(Examples, seed: 5);
        using var there = data.To(options.Device);
        report.True(
            $"the network is on {options.Device}",
            Pair.ArenaOf(pair.Other).StateTensors().All(entry => entry.Value.device_type == options.Device.type));
        Forward("the mean", pair, data, there);
        Evaluation(pair, data, there, checkCase.Threshold);
        Divergence("the divergence", pair);
        new DrawChecks(report, options).Run(pair);
        Storage(pair, checkCase);
        Pruned(pair, data, there, checkCase.Threshold);
        Gradients(pair, data, there);
        Leaks(pair, there);
    }

    public void RunLearnedPrior()
    {
        using var scope = NewDisposeScope();
        using var pair = new Pair(
            CheckCase.All[0].Make, options.Device, arena => arena.SetPrior("head.weight", GaussianPrior.Trainable(0.3)));
        Divergence("the divergence", pair);
        report.True("the learned prior is the same",
            Pair.ArenaOf(pair.Host).Prior("head.weight").Equals(Pair.ArenaOf(pair.Other).Prior("head.weight")));
    }

    private void Forward(string what, Pair pair, TensorDataSet data, TensorDataSet there)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        report.Near($"the outputs at {what}", pair.Host.call(data.Inputs), pair.Other.call(there.Inputs), 1e-4);
    }

    private void Evaluation(Pair pair, TensorDataSet data, TensorDataSet there, double threshold)
    {
        using var scope = NewDisposeScope();
        using var onHost = Trainer(pair.Host);
        using var onOther = Trainer(pair.Other);
        List<Tensor> before = [.. Everything(pair.Other).Select(tensor => tensor.detach().clone())];
        var (expected, found) = (onHost.Evaluate(data), onOther.Evaluate(there));
        report.Near("evaluation: fit", expected.Fit, found.Fit, 1e-4);
        report.Near("evaluation: divergence", expected.Divergence, found.Divergence, 1e-4);
        foreach (var (name, value) in expected.Metrics)
            report.Near($"evaluation: {name}", value, found.Metrics[name], 1e-4);
        var (prunedHere, prunedThere) = (onHost.Evaluate(data, threshold), onOther.Evaluate(there, threshold));
        report.AtMost($"pruned at {threshold}: weights kept, of {prunedHere.Pruning.Kept:N0}, difference",
            Math.Abs(prunedHere.Pruning.Kept - prunedThere.Pruning.Kept), 2);
        report.True("pruned: some and not all", prunedHere.Pruning.Kept > 0 && prunedHere.Pruning.Pruned > 0);
        report.Near("pruned: fit", prunedHere.Fit, prunedThere.Fit, 1e-3);
        report.True("an evaluation leaves every bit of the network",
            before.Zip(Everything(pair.Other)).All(two => CheckReport.AreSame(two.First, two.Second)));

        static VariationalTrainer Trainer(nn.Module<Tensor, Tensor> model) =>
            new((IBayesianNetwork)model, model.call, new ElboLoss(), new TrainerOptions
        {
            BatchSize = 64,
            ElboSamples = 0,
            Metrics = [Metric.Accuracy,
                Metric.Loss((output, target) => nn.functional.cross_entropy(output, target, reduction: nn.Reduction.None))],
        });
    }

    private static IEnumerable<Tensor> Everything(nn.Module<Tensor, Tensor> model)
    {
        var arena = Pair.ArenaOf(model);
        return arena.StateTensors().Select(entry => entry.Value)
            .Concat(arena.Network.state_dict().Values)
            .Concat(arena.Families.SelectMany(family => new[] { family.Store.Weights, family.Store.Gradients }));
    }

    private void Divergence(string what, Pair pair)
    {
        using var scope = NewDisposeScope();
        var results = pair.Both.Select(model =>
        {
            model.zero_grad();
            using var draw = Pair.ArenaOf(model).Draw(1);
            var divergence = new ElboLoss().Divergence(draw);
            draw.Backward(divergence);
            return (Value: divergence.detach().clone(), Gradients: Pair.GradientsOf(model));
        }).ToList();
        report.Near(what, results[0].Value, results[1].Value, 1e-5);
        Compare($"{what}: gradient of", results[0].Gradients, results[1].Gradients, 1e-5);
    }

    private void Gradients(Pair pair, TensorDataSet data, TensorDataSet there)
    {
        using var scope = NewDisposeScope();
        pair.Silence();
        var results = pair.Both.Zip([data, there]).Select(side =>
        {
            var (model, set) = side;
            model.zero_grad();
            using var draw = Pair.ArenaOf(model).Draw(2);
            var fit = nn.functional.cross_entropy(model.call(set.Inputs), set.Targets);
            draw.Backward(fit + new ElboLoss().Divergence(draw) / N);
            return Pair.GradientsOf(model);
        }).ToList();
        Compare("fit + divergence / N without noise: gradient of", results[0], results[1], 1e-3);

        var predictions = pair.Both.Zip([data, there])
            .Select(side => ((IBayesianNetwork)side.First).Predict(side.First.call, side.Second.Inputs, samples: 3).Probabilities).ToList();
        report.AtMost("predictions without noise: probabilities, difference",
            predictions[0].Zip(predictions[1]).Max(two => two.First.Zip(two.Second).Max(both => Math.Abs(both.First - both.Second))), 1e-4);
    }

    private void Compare(
        string what, List<(string Name, Tensor Gradient)> expected, List<(string Name, Tensor Gradient)> found, double bound)
    {
        // A parameter that hardly matters need not be right to more digits than the whole.
        var floor = 1e-4 * expected.Max(entry => CheckReport.Largest(entry.Gradient));
        foreach (var ((name, gradient), (_, other)) in expected.Zip(found))
            report.Near($"{what} {name}", gradient, other, bound, floor);
    }

    private void Storage(Pair pair, CheckCase checkCase)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(Path.GetTempPath(), $"bayesgen-gpu-{Guid.NewGuid():N}.safetensors");
        try
        {
            ((IBayesianNetwork)pair.Other).Save(path);
            using var loaded = checkCase.Make();
            ((IBayesianNetwork)loaded).Load(path);
            report.True("a state saved from the device loads on the CPU bit for bit", Pair.ArenaOf(pair.Other).StateTensors()
                .Zip(Pair.ArenaOf(loaded).StateTensors())
                .All(two => two.First.Key == two.Second.Key && CheckReport.AreSame(two.First.Value, two.Second.Value)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private void Pruned(Pair pair, TensorDataSet data, TensorDataSet there, double threshold)
    {
        using var scope = NewDisposeScope();
        ((IBayesianNetwork)pair.Host).Prune(threshold);
        pair.CopyState();
        Forward("the mean of what is kept", pair, data, there);
        Divergence("the divergence of what is kept", pair);
        using (var draw = Pair.ArenaOf(pair.Other).Draw(4))
            report.True("what is pruned is zero in a draw", Pair.ArenaOf(pair.Other).Families.Zip(draw.Draws).All(two =>
                CheckReport.Largest(two.Second.Weights * two.First.Mask!.logical_not()) == 0));
        ((IBayesianNetwork)pair.Host).Unprune();
        pair.CopyState();
    }

    private void Leaks(Pair pair, TensorDataSet there)
    {
        using var trainer = new VariationalTrainer(
            (IBayesianNetwork)pair.Other, pair.Other.call, new ElboLoss(), new TrainerOptions { Epochs = 1, BatchSize = 20, Samples = 2 });
        long Live(int times)
        {
            for (var i = 0; i < times; i++)
                trainer.Train(there, there);
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }

        var before = Live(1);
        report.AtMost("tensors more after 30 steps and 3 evaluations", Math.Abs(Live(3) - before), 0);
    }
}
