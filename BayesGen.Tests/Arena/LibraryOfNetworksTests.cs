using BayesGen.Tests.Support;

namespace BayesGen.Tests.Arena;

/// <summary>Annotations of networks in another assembly, whose private fields nobody sees from outside.</summary>
public sealed class LibraryOfNetworksTests
{
    private const string Library = """
        namespace Library;

        public abstract class Headed : Module<Tensor, Tensor>
        {
            [Bayesian(LogUniform)] private readonly Linear head = Linear(4, 3, false);
            [Bayesian(Gaussian)] internal readonly Linear middle = Linear(4, 4, false);
            [Deterministic] private readonly Linear still = Linear(4, 4, false);
            private readonly Linear free = Linear(4, 4, false);
            protected Headed() : base("Headed") { }
            protected Tensor Head(Tensor x) => head.call(middle.call(still.call(free.call(x))));
        }

        [Bayesian(Gaussian)]
        public abstract class Every : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(4, 4, false);
            protected Every() : base("Every") { }
            protected Tensor Run(Tensor x) => fc.call(x);
        }

        public sealed class Block : Module<Tensor, Tensor>
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(4, 4, false);
            public Block() : base("Block") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """;

    private const string Heirs = """
        namespace Application;

        [BayesianNetwork]
        public sealed class Heir : Library.Headed
        {
            private readonly Linear own = Linear(4, 4, false);
            private readonly Sequential body = Sequential(("a", new Library.Block()));
            private readonly ModuleList<Module<Tensor, Tensor>> list = new(new Library.Block());
            public Heir() => RegisterComponents();
            public override Tensor forward(Tensor x) => Head(list[0].call(body.call(own.call(x))));
        }

        [Bayesian(SparseDropout)]
        public sealed class Painted : Library.Headed
        {
            public Painted() => RegisterComponents();
            public override Tensor forward(Tensor x) => Head(x);
        }

        [BayesianNetwork]
        public sealed class OfEvery : Library.Every
        {
            private readonly Linear own = Linear(4, 3, false);
            public OfEvery() => RegisterComponents();
            public override Tensor forward(Tensor x) => own.call(Run(x));
        }
        """;

    [Theory]
    [InlineData("Heir", "body.a.fc.weight: Gaussian, head.weight: LogUniform, list.0.fc.weight: Gaussian, middle.weight: Gaussian")]
    [InlineData("Painted", "free.weight: SparseDropout, head.weight: LogUniform, middle.weight: Gaussian")]
    [InlineData("OfEvery", "fc.weight: Gaussian, own.weight: Gaussian")]
    public void AnnotationsOfAnAbstractBaseInAnotherAssemblyCount(string network, string expected)
    {
        using var scope = NewDisposeScope();
        using var libraries = new LoadedLibraries();
        libraries.Add("Library", Library);
        var application = libraries.Add("Application", Heirs);

        var model = LoadedLibraries.Wrap(application, "Application." + network, "Application.Bayesian" + network);
        using var module = (nn.Module<Tensor, Tensor>)model;
        Assert.Equal(
            expected,
            string.Join(
            ", ", model.Arena.BayesianWeights.Select(weight => $"{weight.Key}: {weight.Family}").Order(StringComparer.Ordinal)));
        Assert.Equal([2, 3], module.call(randn(2, 4)).shape);
    }

    [Fact]
    public void ALossHasToScorePrivateFieldsOfABaseInAnotherAssembly()
    {
        var library = GeneratorHarness.Run(Library).Compiles().Output.WithAssemblyName("Library");
        using var image = new MemoryStream();
        Assert.True(library.Emit(image).Success);
        var wrapper = GeneratorHarness.Run(GeneratorHarness.Compile(Heirs)
            .AddReferences(Microsoft.CodeAnalysis.MetadataReference.CreateFromImage(image.ToArray())))
                .Compiles()["Application.BayesianHeir.g.cs"];
        Assert.Contains("global::BayesGen.Variational.IScores<global::BayesGen.Variational.LogUniformPosterior>", wrapper);
    }
}
