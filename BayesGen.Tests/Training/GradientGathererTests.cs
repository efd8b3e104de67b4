using static BayesGen.Tests.ReplicaTraining;

namespace BayesGen.Tests;

/// <summary>
/// The one seam where gradients come together can be taken by another assembly: two halves of every batch, as two processes would have
/// them, make the training of one.
/// </summary>
public class GradientGathererTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TwoHalvesOfABatchTrainAsTheWholeDoes(int samples)
    {
        using var scope = NewDisposeScope();
        using var model = Network();
        using var alone = model.CreateTrainer(Options(samples));
        var whole = alone.Train(Batches(5, outputs: 1));
        Halves? halves = null;
        using var shared = Network();
        using var trainer = shared.CreateTrainer(Options(samples) with
        {
            Group = new GroupOf((inner, steps) => halves = new Halves(inner, steps, shared.Arena)),
        });
        var split = trainer.Train(Batches(5, outputs: 1));
        AssertClose(Copies(model), Copies(shared));
        Assert.Equal(15, halves!.Steps);
        foreach (var (one, other) in whole.Epochs.Zip(split.Epochs))
        {
            Assert.Equal(one.Fit, other.Fit, 1e-10 * Math.Abs(one.Fit));
            Assert.Equal(one.Divergence, other.Divergence, 1e-10 * Math.Abs(one.Divergence));
            Assert.Equal(one.Total, other.Total, 1e-10 * Math.Abs(one.Total));
            Assert.Equal(one.Metrics["error"], other.Metrics["error"], 1e-10);
        }
    }

    [Fact]
    public void WhatAnotherProcessFindsIsSkippedHereToo()
    {
        using var scope = NewDisposeScope();
        using var model = Network();
        var before = Copies(model);
        using var trainer = model.CreateTrainer(Options(1) with
        {
            Epochs = 1,
            NonFinite = NonFinitePolicy.Skip(5),
            Group = new GroupOf((inner, steps) => new Halves(inner, steps, model.Arena) { FindsSomething = true }),
        });
        Assert.Equal(5, trainer.Train(Batches(5, outputs: 1)).Epochs[0].SkippedSteps);
        AssertSame(before, Copies(model));
    }

    /// <summary>A network whose noise is that of the weights alone: the noise of a local estimator belongs to examples.</summary>
    private static BayesianGaussianRegressor Network()
    {
        random.manual_seed(1);
        var model = new BayesianGaussianRegressor(new GaussianRegressor());
        model.to(ScalarType.Float64);
        return model;
    }

    /// <summary>A group of one process that gathers as it is told.</summary>
    private sealed class GroupOf(Func<IGradientGatherer, ITrainingSteps, IGradientGatherer> over) : TrainingGroup
    {
        public override IGradientGatherer GathererOver(IGradientGatherer inner, ITrainingSteps steps, TrainingSetup setup) =>
            over(inner, steps);
    }

    /// <summary>Two processes in one: each has part of the examples, and both take the same samples of the weights.</summary>
    private sealed class Halves(IGradientGatherer inner, ITrainingSteps steps, NetworkArena arena) : IGradientGatherer
    {
        private const int First = 2;

        public int Steps { get; private set; }

        public bool FindsSomething { get; init; }

        public void Refresh() => inner.Refresh();

        public bool IsAnywhere(bool isHere) => isHere || FindsSomething;

        public StepSums Gather(StepWork work)
        {
            Steps++;
            var (seed, calls, all) = (arena.Noise.Seed, arena.Noise.Calls, work.Targets.size(0));
            var one = Part(0, First);
            arena.Noise.Reseed(seed, calls);
            arena.ZeroGradients(setToNone: false);
            var other = Part(First, all - First);
            using var _ = no_grad();
            foreach (var (flat, sum) in steps.Gradients().Zip(one.Gradients))
                using (flat)
                    flat.mul_((double)(all - First) / all).add_(sum, (double)First / all);
            return new StepSums(
                Mean(one.Sums.Fit, other.Sums.Fit), other.Sums.Divergence, Mean(one.Sums.Total, other.Sums.Total),
                [.. one.Sums.Metrics.Zip(other.Sums.Metrics, (a, b) => (a.Name, a.Sum + b.Sum, (Tensor?)null))], null);

            Tensor Mean(Tensor first, Tensor rest) => (first * First + rest * (all - First)) / all;

            (StepSums Sums, List<Tensor> Gradients) Part(long start, long count)
            {
                var sums = inner.Gather(work.Of(work.Inputs.narrow(0, start, count), work.Targets.narrow(0, start, count)));
                using var withoutGraph = no_grad();
                return (sums, [.. steps.Gradients().Select(flat =>
                {
                    using (flat)
                        return flat.clone();
                })]);
            }
        }

        public void Dispose() => inner.Dispose();
    }
}
