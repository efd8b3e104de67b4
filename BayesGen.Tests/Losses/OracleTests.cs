namespace BayesGen.Tests;

/// <summary>Values and gradients against exact expected ones, float64, relative error at most 1e-10.</summary>
public class OracleTests(OracleReport report) : IClassFixture<OracleReport>
{
    [Fact]
    public void LogUniformKlMatchesTheReference()
    {
        foreach (var one in OracleCases.Read("log_uniform_kl", report))
        {
            using var scope = NewDisposeScope();
            var mu = Leaf(one.Numbers("mu"));
            var logSigma = Leaf(one.Numbers("log_sigma"));
            var scaleMu = Leaf(one.Numbers("scale_mu"));
            var logAlpha = Leaf(one.Numbers("log_alpha"));
            var posterior = LogUniformPosterior.Over([mu, logSigma, scaleMu, logAlpha]);
            foreach (var loss in new VariationalLoss[] { new LogUniformKLLoss(), new ElboLoss() })
            {
                foreach (var leaf in posterior.Parameters)
                    leaf.grad = null;
                var kl = Score(loss, posterior, new LogUniformPrior());
                kl.backward();
                OracleCases.Same(one.Number("kl"), kl.item<double>(), "kl");
                OracleCases.Same(one.Numbers("grad_mu"), mu.grad!, "grad_mu");
                OracleCases.Same(one.Numbers("grad_log_sigma"), logSigma.grad!, "grad_log_sigma");
                OracleCases.Same(one.Numbers("grad_log_alpha"), logAlpha.grad!, "grad_log_alpha");
                Assert.Null(scaleMu.grad);
            }

            OracleCases.Same(one.Numbers("map"), posterior.Map(), "map");
            OracleCases.Same(one.Numbers("log_z_test"), posterior.Score(), "score");
        }
    }

    [Fact]
    public void GaussianKlMatchesTheReference()
    {
        foreach (var one in OracleCases.Read("gaussian_kl", report))
        {
            using var scope = NewDisposeScope();
            var posteriors = one.Lists("mus").Zip(one.Lists("log_sigmas"))
                .Select(pair => GaussianPosterior.Over([Leaf(pair.First), Leaf(pair.Second)]))
                .ToList();
            var kl = new GaussianKLLoss().Divergence(
                [.. posteriors.Select(posterior => new ScoredWeights<GaussianPosterior>(
                    posterior, new GaussianPrior(), () => throw new InvalidOperationException("A closed form needs no draw."), null))]);
            kl.backward();
            OracleCases.Same(one.Number("kl"), kl.item<double>(), "kl");
            OracleCases.Same(one.Numbers("grad_mu"), cat([.. posteriors.Select(posterior => posterior.Mu.grad!)]), "grad_mu");
            OracleCases.Same(
                one.Numbers("grad_log_sigma"), cat([.. posteriors.Select(posterior => posterior.LogSigma.grad!)]), "grad_log_sigma");
            OracleCases.Same(
                one.Number("kl_to_standard_gaussian"),
                posteriors.Sum(posterior => posterior.KlTo(new GaussianPrior())!.sum().item<double>()),
                "kl_to_standard_gaussian");
            OracleCases.Same(one.Numbers("log_z_test"), cat([.. posteriors.Select(posterior => posterior.Score())]), "score");
        }
    }

    [Fact]
    public void RenyiMatchesTheReference()
    {
        foreach (var one in OracleCases.Read("renyi", report))
        {
            using var scope = NewDisposeScope();
            var fit = Leaf(one.Numbers("fit_losses"));
            // The files give log prior minus log posterior, which is minus our divergence.
            var divergence = Leaf([.. one.Numbers("log_prior_minus_log_posterior").Select(value => -value)]);
            var terms = new RenyiLoss(one.Number("alpha")).Aggregate([.. fit.unbind()], [.. divergence.unbind()], one.Number("beta"));
            terms.Total.backward();
            OracleCases.Same(one.Number("total_loss"), terms.Total.item<double>(), "total_loss");
            OracleCases.Same(one.Number("fit_loss"), terms.Fit.item<double>(), "fit_loss");
            OracleCases.Same(one.Number("dist_loss"), terms.Divergence.item<double>(), "dist_loss");
            OracleCases.Same(one.Numbers("grad_fit"), fit.grad!, "grad_fit");
            OracleCases.Same(one.Numbers("grad_dist"), -divergence.grad!, "grad_dist");
        }
    }

    [Fact]
    public void PlateauBetaMatchesTheReferenceTrace()
    {
        foreach (var one in OracleCases.Read("plateau_beta", report))
        {
            var schedule = new PlateauBeta(
                one.Number("beta"), one.Number("factor"), one.GetProperty("patience").GetInt32(), one.Number("threshold"))
            {
                Min = one.Number("min_beta"),
                Max = one.Number("max_beta"),
                SeedCompatible = true,
            };
            var (beta, run) = (schedule.Initial, schedule.Begin());
            foreach (var (loss, expected) in one.Numbers("losses").Zip(one.Numbers("betas")))
                OracleCases.Same(expected, beta = run.Next(beta, new BetaSignal(0, false, loss, 0, 0, 0)), $"beta after {loss}");
        }
    }

    [Fact]
    public void FindsTheFolderRelativeToTheCaller()
    {
        var root = Directory.CreateTempSubdirectory("oracles");
        try
        {
            var named = root.CreateSubdirectory("cases");
            Assert.Equal(named.FullName, OracleCases.Resolve("cases", [Path.GetTempPath(), root.FullName]));
            Assert.Equal(named.FullName, OracleCases.Resolve(named.FullName, [Path.GetTempPath()]));
            Assert.Contains(
                "BAYESGEN_ORACLES", Assert.Throws<InvalidOperationException>(() => OracleCases.Resolve("cases", [named.FullName])).Message);

            Assert.Throws<InvalidOperationException>(() => OracleCases.ReadFrom(named.FullName, "renyi"));
            File.WriteAllText(Path.Combine(named.FullName, "renyi.json"), """{ "cases": [ { "alpha": 1 }, { "alpha": 2 } ] }""");
            File.WriteAllText(Path.Combine(named.FullName, "renyi_more.json"), """{ "cases": [ { "alpha": 3 } ] }""");
            Assert.Equal([1.0, 2, 3], OracleCases.ReadFrom(named.FullName, "renyi").Select(one => one.Number("alpha")));
            File.WriteAllText(Path.Combine(named.FullName, "renyi_none.json"), """{ "cases": [] }""");
            Assert.Contains(
                "renyi_none.json", Assert.Throws<InvalidOperationException>(() => OracleCases.ReadFrom(named.FullName, "renyi")).Message);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static Tensor Score<TPosterior>(VariationalLoss loss, TPosterior posterior, Prior prior)
        where TPosterior : Posterior => ((IScores<TPosterior>)loss).Divergence(
            [new ScoredWeights<TPosterior>(
                posterior, prior, () => throw new InvalidOperationException("A closed form needs no draw."), null)]);

    private static Tensor Leaf(double[] values) => tensor(values, dtype: ScalarType.Float64, requires_grad: true);
}
