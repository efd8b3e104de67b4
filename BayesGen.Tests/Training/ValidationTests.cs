using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>What a training does once for all of its evaluations, and what an evaluation does once for all of its metrics.</summary>
public sealed class ValidationTests
{
    /// <summary>Figures of one evaluation are read from one judgment, those of the next epoch from another.</summary>
    [Fact]
    public void MetricsOfAnEvaluationShareWhatTheyAreComputedFrom()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        using var model = new BayesianTabular(new Tabular(3, 1));
        using var data = Answers(40, 1);
        using var validation = Answers(30, 2);
        var seen = new List<ClassEvaluation>();
        Metric Of(string name, Func<ClassEvaluation, double> figure) => PredictionMetrics.Of(name, Likelihood.Bernoulli(), evaluation =>
        {
            seen.Add(evaluation);
            return figure(evaluation);
        });
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Likelihood = Likelihood.Bernoulli(), Epochs = 2, Beta = 1,
            Metrics = [Of("NLL", one => one.NegativeLogLikelihood), Of("AUROC", one => one.Auroc)],
        });
        var epochs = trainer.Train(data, validation).Epochs;
        Assert.Equal([true, false, true], seen.Zip(seen.Skip(1), ReferenceEquals));
        Assert.Equal(seen[2].NegativeLogLikelihood, epochs[1].Validation!.Metrics["NLL"]);
        Assert.NotEqual(epochs[0].Validation!.Metrics["NLL"], epochs[1].Validation!.Metrics["NLL"]);
    }

    /// <summary>However many epochs there are; and a target that is made wrong afterward is found by the next evaluation.</summary>
    [Fact]
    public void TargetsOfTheValidationAreCheckedOnceForATraining()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        using var data = Answers(40, 1);
        using var validation = Answers(30, 2);
        Assert.Equal(Looks(epochs: 1), Looks(epochs: 4));

        int Looks(int epochs)
        {
            using var model = new BayesianTabular(new Tabular(3, 1));
            using var trainer = model.CreateTrainer(new TrainerOptions { Likelihood = Likelihood.Bernoulli(), Epochs = epochs, Beta = 1 });
            var counted = new CountedSource(validation);
            trainer.Train(data, counted);
            var looks = counted.Looks;
            var before = validation.Targets[3].clone();
            validation.Targets[3] = 7;
            Assert.Contains("example 3", Assert.Throws<ArgumentException>(() => trainer.Evaluate(counted)).Message);
            validation.Targets[3] = before;
            return looks;
        }
    }

    private static TensorDataSet Answers(int count, int seed)
    {
        var noise = new NoiseSource(seed);
        var x = noise.Normal(zeros(count, 3, dtype: ScalarType.Float32, device: CPU));
        return new TensorDataSet(x, x[.., 0].gt(0).to(ScalarType.Float32));
    }

    /// <summary>Counts who looks at all of the data.</summary>
    private sealed class CountedSource(BatchSource inner) : BatchSource
    {
        public int Looks { get; private set; }

        public override long? ExampleCount => inner.ExampleCount;

        public override bool HandsOverBatches => inner.HandsOverBatches;

        internal override bool MakesBatches => inner.MakesBatches;

        internal override IReadOnlyList<Tensor> Whole
        {
            get
            {
                Looks++;
                return inner.Whole;
            }
        }

        public override IEnumerable<(Tensor Inputs, Tensor Targets)> Batches(int batchSize, bool shuffle, int seed, int epoch) =>
            inner.Batches(batchSize, shuffle, seed, epoch);
    }
}
