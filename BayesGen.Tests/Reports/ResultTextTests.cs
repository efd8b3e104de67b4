namespace BayesGen.Tests.Reports;

/// <summary>Results in a line: figures, and no names of types of lists.</summary>
public sealed class ResultTextTests
{
    [Fact]
    public void AnEvaluationIsALineOfFigures()
    {
        var result = Told.Evaluation(0.5, kept: 0.5) with
        {
            Metrics = new Dictionary<string, double> { ["accuracy"] = 0.875, ["AUROC"] = 0.5 },
            Elbo = -1.25,
            State = WeightState.Map,
        };
        var text = result.ToString();
        Assert.Contains("at the MAP: total ", text);
        Assert.Contains("ELBO -1.2500, accuracy 0.8750, AUROC 0.5000", text);
        Assert.Contains("the mean", (result with { State = WeightState.Mean }).ToString());
        Assert.DoesNotContain("ELBO", (result with { Elbo = double.NaN }).ToString());
    }

    [Fact]
    public void NoResultPrintsNamesOfTypes()
    {
        var epoch = Told.Epoch(1);
        object[] results =
        [
            epoch, epoch.Validation!, epoch.Validation!.Pruning,
            new TrainingResult([epoch], TimeSpan.FromSeconds(2)) { BestEpoch = 1, Notices = ["a"] },
            new TrainingResult([], TimeSpan.Zero),
            new StepResult(1, 2, 2, null, 10, 1, 0.5, 100, 1, new Dictionary<string, double> { ["accuracy"] = 0.5 }),
            new PlainEvaluation(10, 0.5, new Dictionary<string, double> { ["accuracy"] = 0.5 }),
            new ResumeReport("last.safetensors", 2, 3, 40, ["options differ"]),
            new BayesianWeight("hidden.weight", "Gaussian", [6, 3], 18),
            new MeansReport(["a"], ["b"], ["c"]) { Notice = "d" },
        ];
        Assert.All(results, result =>
        {
            Assert.DoesNotContain("System.", result.ToString());
            Assert.DoesNotContain("`", result.ToString());
            Assert.DoesNotContain("{", result.ToString());
        });
    }
}
