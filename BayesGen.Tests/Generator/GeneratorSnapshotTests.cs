using BayesGen.Tests.Support;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>One network of each shape, its whole wrapper, and the proof that it compiles against the runtime.</summary>
public sealed class GeneratorSnapshotTests
{
    [Fact]
    public void Classifier() => Snapshot.Verify(GeneratorHarness.Run(TestSources.Classifier).Compiles());

    [Fact]
    public void NestedInternalWithProperties() => Snapshot.Verify(GeneratorHarness.Run("""
        namespace Demo.@event;

        public static class Zoo
        {
            internal sealed class Net : Module<Tensor, Tensor>
            {
                [Bayesian(Gaussian, IncludeBias = false)] public Linear Fc1 { get; } = Linear(2, 3);
                [Bayesian(Gaussian)] private Linear Fc2 { get; } = Linear(3, 4, hasBias: false);
                [Bayesian(Gaussian)] internal readonly Linear @class = Linear(4, 4);
                [Bayesian(Gaussian)] internal readonly Linear __class = Linear(4, 4, Environment.Is64BitProcess);
                private readonly BatchNorm1d _norm = BatchNorm1d(4);

                public Net() : base("Net") => RegisterComponents();
                public override Tensor forward(Tensor @in) => @in;
            }
        }
        """).Compiles());

    [Fact]
    public void Composition() => Snapshot.Verify(GeneratorHarness.Run("""
        namespace Demo;

        public sealed class Encoder : Module<Tensor, Tensor>
        {
            [Bayesian(LogUniform), FormerlyKnownAs("conv0")] private readonly Conv1d conv = Conv1d(1, 2, 3, bias: false);
            private readonly Encoder? inner;

            public Encoder() : base("Encoder") => RegisterComponents();
            public override Tensor forward(Tensor x) => conv.call(x);
        }

        [BayesianNetwork]
        public sealed class Whole : Module<Tensor, Tensor>
        {
            private readonly Encoder encoder = new();
            [Deterministic] private readonly Encoder plain = new();
            [FormerlyKnownAs("body"), FormerlyKnownAs("stack")]
            private readonly ModuleList<Encoder> blocks = new(new Encoder(), new Encoder());
            private readonly ModuleDict<Encoder>? named;
            private readonly Linear head = Linear(2, 2);

            public Whole() : base("Whole") => RegisterComponents();
            public override Tensor forward(Tensor x) => head.call(encoder.call(x));
        }
        """).Compiles());

    [Fact]
    public void LayersWhoseWeightsHaveOtherNames() => Snapshot.Verify(GeneratorHarness.Run("""
        namespace Demo;

        public sealed class Reader : Module<Tensor, Tensor, (Tensor, Tensor)>
        {
            [Bayesian(Gaussian)] private readonly Embedding words = Embedding(10, 4);
            [Bayesian(LogUniform)] private readonly LSTM lstm = LSTM(4, 8);
            [Bayesian(Gaussian, PriorScale = 0.1)] private readonly MultiheadAttention attention = MultiheadAttention(8, 2);
            [Bayesian(Gaussian)] private readonly Sequential tail = Sequential(Linear(8, 8), ReLU());
            [Bayesian(Gaussian, InitialLogSigma = -4)] private readonly Parameter scale = new(ones(1));
            private readonly Parameter shift = new(ones(1));

            public Reader() : base("Reader") => RegisterComponents();
            public override (Tensor, Tensor) forward(Tensor text, Tensor mask) => (text, mask);
        }
        """).Compiles());

    [Fact]
    public void AnnotatedClass() => Snapshot.Verify(GeneratorHarness.Run("""
        [Bayesian(Gaussian, PriorScale = 0.5, InitialLogSigma = -4)]
        public sealed class Global : Module<Tensor, Tensor>
        {
            private readonly Linear fc1 = Linear(2, 3);
            [Deterministic] private readonly Linear fc2 = Linear(3, 3);
            [Bayesian(LogUniform)] private readonly Linear fc3 = Linear(3, 3);
            private readonly LayerNorm norm = LayerNorm(3);
            private readonly Module<Tensor, Tensor> body = Sequential(Linear(3, 3));
            private readonly ReLU relu = ReLU();
            private readonly Parameter gain = new(ones(1));
            private readonly int count = 3;

            public Global() : base("Global") => RegisterComponents();
            public override Tensor forward(Tensor x) => x * count;
        }
        """).Compiles());

    [Fact]
    public void OwnFamilyPriorAndLoss() => Snapshot.Verify(GeneratorHarness.Run(TestSources.OwnFamily, """
        namespace Demo;

        [BayesianNetwork(Loss = typeof(PointLoss))]
        public sealed class Own : Module<Tensor, Tensor>
        {
            [Bayesian(typeof(PointPosterior), Prior = typeof(WidePrior), PriorScale = 2)] private readonly Linear fc1 = Linear(2, 3);
            [Bayesian(typeof(PointPosterior), Prior = typeof(LogUniformPrior))] private readonly Bilinear fc2 = Bilinear(2, 3, 3);

            public Own() : base("Own") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        """).Compiles());

    [Fact]
    public void UnitsOfAChosenAxis() => Snapshot.Verify(GeneratorHarness.Run(TestSources.UnitFamily, """
        [Bayesian(typeof(HalvesPosterior), Groups = UnitAxis.Outputs)]
        public sealed class Split : Module<Tensor, Tensor>
        {
            private readonly Conv2d conv = Conv2d(1, 2, 3);
            [Bayesian(typeof(HalvesPosterior), Groups = UnitAxis.Inputs)] private readonly Conv2d other = Conv2d(2, 2, 3);
            [Bayesian(typeof(HalvesPosterior), Groups = UnitAxis.Default)] private readonly Linear fc = Linear(2, 2);

            public Split() : base("Split") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(other.call(conv.call(x)));
        }
        """).Compiles());

    [Fact]
    public void BaseClassAndHiddenTypes() => Snapshot.Verify(GeneratorHarness.Run("""
        namespace Demo;

        public abstract class Base : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(2, 3);
            [Bayesian(Gaussian)] protected Linear Head { get; } = Linear(2, 3);
            public Dropout drop = Dropout();

            protected Base(string name) : base(name) { }
        }

        [BayesianNetwork]
        public sealed class Derived : Base
        {
            private sealed class Block() : Module<Tensor, Tensor>("Block")
            {
                public override Tensor forward(Tensor x) => x;
            }

            [Bayesian(LogUniform)] private readonly Block block = new();
            [Bayesian(LogUniform)] private readonly IModule<Tensor, Tensor> any = Linear(2, 2);

            public Derived() : base("Derived") => RegisterComponents();
            public override Tensor forward(Tensor x) => block.call(any.call(x));
        }
        """).Compiles());

    [Fact]
    public void ARefusedClassKeepsItsSurface() => Snapshot.Verify(GeneratorHarness.Run(TestSources.Refused).Compiles());

    [Fact]
    public void PrimaryConstructorAndCollections() => Snapshot.Verify(GeneratorHarness.Run("""
        namespace Demo;

        [Bayesian(Gaussian)]
        public partial class Sized(int size) : Module<Tensor, Tensor>("Sized")
        {
            private readonly Linear first = Linear(size, size);
            private readonly Linear? optional = null;
            private readonly Linear[] row = [];
            private readonly System.Collections.Generic.Dictionary<string, Linear> named = [];
            private readonly ModuleList<Linear> list = new();
            private readonly ModuleDict<Linear> dictionary = new();
            private readonly int count = size;
        }

        partial class Sized
        {
            public Linear Last { get; private set; } = Linear(size, 2);
            public override Tensor forward(Tensor x) => first.call(x) * count;
        }
        """).Compiles());

    [Fact]
    public void LocalEstimatorAndSparseDropout() => Snapshot.Verify(GeneratorHarness.Run("""
        public sealed class Local : Module<Tensor, Tensor>
        {
            [Bayesian(SparseDropout, Estimator = Estimator.Local)] private readonly Conv2d conv = Conv2d(1, 2, 3);
            [Bayesian(SparseDropout, IncludeBias = true)] private readonly Linear fc = Linear(2, 2);
            [Bayesian(Gaussian, Estimator = Estimator.Local, Prior = typeof(LaplacePrior), PriorScale = 0.1)]
            internal Linear Head { get; } = Linear(2, 2);

            public Local() : base("Local") => RegisterComponents();
            public override Tensor forward(Tensor x) => Head.call(fc.call(conv.call(x)));
        }
        """).Compiles());

    [Fact]
    public void AnObsoleteGenericClass() => Snapshot.Verify(GeneratorHarness.Run("""
        namespace Demo;

        [Obsolete("Take the other one.")]
        internal sealed class Generic<TLoss, TItem> : Module<TItem, Tensor>
            where TLoss : class, new()
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(2, 2);
            public Generic() : base("Generic") => RegisterComponents();
            public override Tensor forward(TItem x) => ones(1);
        }
        """).Compiles());

    [Fact]
    public void NothingBayesianAndThreeInputs() => Snapshot.Verify(GeneratorHarness.Run("""
        [BayesianNetwork]
        public sealed class Plain : torch.nn.Module<Tensor, Tensor?, (int rows, int columns), Tensor[]>
        {
            private readonly Linear fc = Linear(2, 2);
            private readonly Module<Tensor, Tensor> body = Sequential(Linear(2, 2));
            public Plain() : base("Plain") => RegisterComponents();
            public override Tensor[] forward(Tensor x, Tensor? mask, (int rows, int columns) size) => [body.call(fc.call(x))];
        }
        """).Compiles());
}
