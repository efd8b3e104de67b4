using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;

namespace BayesGen.Tests;

/// <summary>
/// Every loss against every family: a pair either computes the number that its formula gives, with the gradient of central differences, or
/// does not compile and is explained by BG0100. Losses and families are found by reflection, so that a new one is judged here or fails.
/// </summary>
public class LossFamilyTableTests
{
    private static readonly IReadOnlyList<Type> Losses = [.. typeof(VariationalLoss).Assembly.GetTypes()
        .Where(type => type is { IsAbstract: false, IsPublic: true } && typeof(VariationalLoss).IsAssignableFrom(type))
        .OrderBy(type => type.Name, StringComparer.Ordinal)];

    /// <summary>What a pair computes, weight by weight from numbers alone; a pair that is not here must not compile.</summary>
    private static readonly Dictionary<(Type Loss, Family Family), Func<IReadOnlyList<Weight>, double>> Truth = new()
    {
        [(typeof(ElboLoss), Family.Gaussian)] = weights => weights.Sum(StandardKl),
        [(typeof(GaussianKLLoss), Family.Gaussian)] = SharedPriorKl,
        [(typeof(RenyiLoss), Family.Gaussian)] = weights => weights.Sum(LogRatio),
        [(typeof(ElboLoss), Family.LogUniform)] = weights => weights.Sum(LogUniformKl),
        [(typeof(LogUniformKLLoss), Family.LogUniform)] = weights => weights.Sum(LogUniformKl),
        [(typeof(ElboLoss), Family.SparseDropout)] = weights => weights.Sum(SparseDropoutKl),
        [(typeof(ElboLoss), Family.GroupArd)] = weights =>
            weights.Where(weight => weight.IsFirstOfUnit).Sum(weight => 0.5 * Math.Log(1 + Math.Exp(-LogAlpha(weight, 1)))),
        [(typeof(ElboLoss), Family.GroupLogUniform)] = weights =>
            weights.Sum(StandardKl)
            + weights.Where(weight => weight.IsFirstOfUnit).Sum(weight => ApproximateKl(LogAlpha(weight, 2))),
        [(typeof(ElboLoss), Family.GroupHorseshoe)] = weights =>
            weights.Sum(StandardKl)
            + weights.Where(weight => weight.IsFirstOfUnit).Sum(weight => HalfCauchyKl(weight, 2, 1))
            + weights.Where(weight => weight.IsFirstOfLayer).Sum(weight => HalfCauchyKl(weight, 6, 1e-5)),
    };

    public static TheoryData<string, Family> Pairs
    {
        get
        {
            var data = new TheoryData<string, Family>();
            foreach (var loss in Losses)
                foreach (var family in Enum.GetValues<Family>())
                    data.Add(loss.Name, family);
            return data;
        }
    }

    [Fact]
    public void TheTableNamesOnlyShippedPairs()
    {
        Assert.True(Losses.Count >= 4, $"only {Losses.Count} losses were found");
        Assert.All(Truth.Keys, pair => Assert.Contains(pair.Loss, Losses));
        Assert.All(Losses, loss => Assert.Contains(Truth.Keys, pair => pair.Loss == loss));
        Assert.All(Enum.GetValues<Family>(), family => Assert.Contains(Truth.Keys, pair => pair.Family == family));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task EveryPairMatchesItsFormulaOrDoesNotCompile(string name, Family family)
    {
        var type = Losses.Single(loss => loss.Name == name);
        var compilation = GeneratorHarness.Run(GeneratorHarness.Compile($$"""
            public sealed class Net : Module<Tensor, Tensor>
            {
                [Bayesian({{family}})] private readonly Linear line = Linear(2, 1);
                public Net() : base("Net") => RegisterComponents();
                public override Tensor forward(Tensor x) => line.call(x);
            }

            public static class User
            {
                public static VariationalTrainer Train(BayesianNet model, TrainerOptions options) =>
                    model.CreateTrainer(new {{name}}(), options);
            }
            """)).Output;
        var errors = compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(error => error.Id);
        var findings = (await GeneratorHarness.AnalyzeAsItIs(compilation)).Select(finding => finding.Id).Where(id => id == "BG0100");
        if (Truth.TryGetValue((type, family), out var truth))
        {
            Assert.Empty(errors);
            Assert.Empty(findings);
            Check((VariationalLoss)Activator.CreateInstance(type)!, family, truth);
        }
        else
        {
            Assert.Equal(["CS0311"], errors);
            Assert.Equal(["BG0100"], findings);
        }
    }

    private static void Check(VariationalLoss loss, Family family, Func<IReadOnlyList<Weight>, double> truth)
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        IBayesianNetwork model = family switch
        {
            Family.Gaussian => new BayesianGaussianRegressor(new GaussianRegressor()),
            Family.LogUniform => new BayesianLogUniformRegressor(new LogUniformRegressor()),
            Family.SparseDropout => new BayesianSparseDropoutRegressor(new SparseDropoutRegressor()),
            Family.GroupArd => new BayesianGroupArdRegressor(new GroupArdRegressor()),
            Family.GroupLogUniform => new BayesianGroupLogUniformRegressor(new GroupLogUniformRegressor()),
            Family.GroupHorseshoe => new BayesianGroupHorseshoeRegressor(new GroupHorseshoeRegressor()),
            _ => throw new NotSupportedException($"Write a network of the family {family} and name it here."),
        };
        var network = (nn.Module<Tensor, Tensor>)model;
        using var owned = network;
        network.to(ScalarType.Float64);
        // Parameters that differ from weight to weight, so that none can stand in for another.
        using (no_grad())
            foreach (var parameter in model.Arena.Families.Single().Flat)
                parameter.add_(randn_like(parameter) * 0.3);

        using (var draw = model.Draw(3))
        {
            var expected = truth(Weights(model, draw));
            Assert.Equal(1, loss.Divergence(draw).item<double>() / expected, 12);
        }

        var x = randn(6, 3, dtype: ScalarType.Float64);
        var compared = GradientCheck.Run(model, loss, () => (network.call(x) - 1).square().mean());
        Assert.True(compared >= 12, $"only {compared} coordinates");
    }

    /// <summary>Parameters in the order of the family, the value in the draw, and whether units and layers count here.</summary>
    private sealed record Weight(double[] Parameters, double Drawn, bool IsFirstOfUnit, bool IsFirstOfLayer)
    {
        public double Mu => Parameters[0];
    }

    private static List<Weight> Weights(IBayesianNetwork model, WeightDraw draw)
    {
        var arena = model.Arena.Families.Single();
        return [.. from weight in arena.Weights
            let parameters = arena.Posterior.WindowOf(weight).Parameters
                .Select(parameter => parameter.expand(weight.Shape).flatten().data<double>().ToArray()).ToList()
            let drawn = draw[weight.Key].flatten().data<double>().ToArray()
            let units = arange(weight.Units.Count).view(weight.Units.Shape).expand(weight.Shape).flatten().data<long>().ToArray()
            from i in Enumerable.Range(0, drawn.Length)
            select new Weight([.. parameters.Select(parameter => parameter[i])], drawn[i], Array.IndexOf(units, units[i]) == i, i == 0)];
    }

    private static double StandardKl(Weight weight) =>
        0.5 * (Math.Exp(2 * weight.Parameters[1]) + weight.Mu * weight.Mu - 1) - weight.Parameters[1];

    private static double SharedPriorKl(IReadOnlyList<Weight> weights)
    {
        var mean = weights.Average(weight => weight.Mu);
        var variance = weights.Average(weight => Math.Exp(2 * weight.Parameters[1]) + Math.Pow(weight.Mu - mean, 2));
        // KL(N(mu, sigma^2) || N(mean, variance)), term by term.
        return weights.Sum(weight => 0.5 * Math.Log(variance) - weight.Parameters[1]
            + (Math.Exp(2 * weight.Parameters[1]) + Math.Pow(weight.Mu - mean, 2)) / (2 * variance) - 0.5);
    }

    private static double LogRatio(Weight weight) =>
        LogNormal(weight.Drawn, weight.Mu, weight.Parameters[1]) - LogNormal(weight.Drawn, 0, 0);

    private static double LogNormal(double value, double mean, double logSigma) =>
        -0.5 * Math.Pow((value - mean) / Math.Exp(logSigma), 2) - logSigma - 0.5 * Math.Log(2 * Math.PI);

    private static double LogUniformKl(Weight weight) => StandardKl(weight) + ApproximateKl(weight.Parameters[3]);

    private static double SparseDropoutKl(Weight weight) =>
        ApproximateKl(Math.Clamp(weight.Parameters[1] - Math.Log(weight.Mu * weight.Mu + 1e-8), -8, 8));

    /// <summary>log s^2 - log m^2 of a scale whose parameters begin at a place.</summary>
    private static double LogAlpha(Weight weight, int at) =>
        weight.Parameters[at + 1] - Math.Log(weight.Parameters[at] * weight.Parameters[at] + 1e-8);

    /// <summary>Of sqrt(a b) to C+(0, k): Louizos et al. 2017.</summary>
    private static double HalfCauchyKl(Weight weight, int at, double median)
    {
        var (meanA, logA, meanB, logB) =
            (weight.Parameters[at], weight.Parameters[at + 1], weight.Parameters[at + 2], weight.Parameters[at + 3]);
        return Math.Log(median) + Math.Exp(meanA + Math.Exp(logA) / 2) / (median * median) - 0.5 * (meanA + logA + 1 + Math.Log(2))
            + Math.Exp(Math.Exp(logB) / 2 - meanB) - 0.5 * (-meanB + logB + 1 + Math.Log(2));
    }

    /// <summary>Molchanov et al. 2017, eq. 14.</summary>
    private static double ApproximateKl(double logAlpha) =>
        0.63576 + 0.5 * Math.Log(1 + Math.Exp(-logAlpha)) - 0.63576 / (1 + Math.Exp(-(1.87320 + 1.48695 * logAlpha)));
}
