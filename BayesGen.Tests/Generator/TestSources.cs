namespace BayesGen.Tests.SourceGenerator;

/// <summary>Sources that several tests share.</summary>
internal static class TestSources
{
    public const string Classifier = """
        namespace Demo;

        public sealed class Classifier : Module<Tensor, Tensor>
        {
            [Bayesian(LogUniform)] private readonly Conv2d conv1 = Conv2d(1, 32, 3, padding: 1);
            private readonly Conv2d conv2 = Conv2d(32, 64, 3, padding: 1);
            private readonly MaxPool2d pool = MaxPool2d(2, 2);
            private readonly Linear fc1 = Linear(64 * 7 * 7, 128);
            [Bayesian(Gaussian)] private readonly Linear fc2 = Linear(128, 10);

            public Classifier() : base(nameof(Classifier)) => RegisterComponents();
            public override Tensor forward(Tensor x) => fc2.call(fc1.call(x));
        }
        """;

    /// <summary>A family without a density or closed form, a loss that scores it, and a prior with a scale.</summary>
    public const string OwnFamily = """
        using System.Collections.Generic;

        namespace Demo;

        [PosteriorFamily("Point")]
        [PosteriorParameter("mu")]
        internal sealed class PointPosterior : Posterior, IPosterior<PointPosterior>
        {
            private PointPosterior(IReadOnlyList<Tensor> parameters) : base(parameters) { }
            public static PointPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);
            public static void Initialize(PointPosterior posterior, Tensor weight, WeightOptions options) { }
            public static Prior DefaultPrior(double? scale) => new GaussianPrior();
            public override Tensor Sample(NoiseSource noise) => Parameters[0].clone();
            public override Tensor Mean() => Parameters[0].clone();
            public override Tensor Variance() => zeros_like(Parameters[0]);
            public override Tensor Score() => Parameters[0].abs();
        }

        public sealed class PointLoss : VariationalLoss, IScores<Posterior>
        {
            public Tensor Divergence(IReadOnlyList<IScoredWeights<Posterior>> weights) => zeros(1);
        }

        public sealed record WidePrior(double Scale) : Prior;
        """;

    /// <summary>A family with numbers for units that leaves biases plain.</summary>
    public const string UnitFamily = """
        [PosteriorFamily("Halves", IncludesBias = false, LowestScore = 0)]
        [ClosedFormKl(typeof(GaussianPrior))]
        [PosteriorParameter("mu")]
        [PosteriorParameter("scale", Extent = ParameterExtent.Unit)]
        public sealed class HalvesPosterior(System.Collections.Generic.IReadOnlyList<Tensor> parameters)
            : Posterior(parameters), IPosterior<HalvesPosterior>, IHasClosedFormKl
        {
            public static HalvesPosterior Over(System.Collections.Generic.IReadOnlyList<Tensor> parameters) => new(parameters);
            public static void Initialize(HalvesPosterior posterior, Tensor weight, WeightOptions options) { }
            public static Prior DefaultPrior(double? scale) => new GaussianPrior(scale ?? 1);
            public override Tensor Sample(NoiseSource noise) => Mean();
            public override Tensor Mean() => Parameters[0] * Parameters[1];
            public override Tensor Variance() => zeros_like(Parameters[0]);
            public override Tensor Score() => Parameters[1];
            public Tensor? KlTo(Prior prior) => Parameters[0].square();
        }

        """;

    /// <summary>A class with two findings.</summary>
    public const string Refused = """
        namespace Demo;

        [BayesianNetwork(Loss = typeof(GaussianKLLoss))]
        public sealed class Refused : Module<Tensor, Tensor>
        {
            [Bayesian(LogUniform)] private readonly Linear fc = Linear(2, 3);
            [Bayesian(typeof(string))] private readonly Linear odd = Linear(2, 3);

            public Refused() : base("Refused") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
