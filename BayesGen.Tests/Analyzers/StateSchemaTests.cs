using BayesGen.SourceGeneration.Reading;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0300 to BG0302: what networks save, held against BayesGen.State.txt.</summary>
public sealed class StateSchemaTests
{
    private const string Listed = """
        # What saved files hold.
        Demo.Net: fc.bias -> Gaussian
        Demo.Net: fc.weight -> Gaussian
        Demo.Net: norm.* -> Deterministic

        """;

    private const string Norm = "private readonly BatchNorm1d norm = BatchNorm1d(1);";
    private const string Fc = "[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);";

    [Fact]
    public Task AcceptsKeysThatTheFileLists() => AnalyzerAssert.ReportsWithState(Network($"{Fc} {Norm}"), Listed);

    [Fact]
    public Task AcceptsEverythingWithoutTheFile() =>
        AnalyzerAssert.Reports(Network("[Bayesian(Gaussian)] private readonly Linear any = Linear(1, 1);"));

    [Fact]
    public Task ReportsARenameWithoutFormerlyKnownAs() => AnalyzerAssert.ReportsWithState(
        Network($"[Bayesian(Gaussian)] private readonly Linear [|BG0300:head|] = Linear(1, 1); {Norm}"),
        Listed,
        "Files saved by Net hold 'fc.bias' (Gaussian), 'fc.weight' (Gaussian), which it would not find: if 'head' is the old 'fc', put "
        + "[FormerlyKnownAs(\"fc\")] on it; if not, remove the lines from BayesGen.State.txt");

    [Fact]
    public Task ReportsOnlyTheNewKeysOfARenameWithTheAttribute() => AnalyzerAssert.ReportsWithState(
        Network($"[Bayesian(Gaussian), FormerlyKnownAs(\"fc\")] private readonly Linear [|BG0301:head|] = Linear(1, 1); {Norm}"),
        Listed,
        "'head' of Net saves 'head.weight' (Gaussian), 'head.bias' (Gaussian), which BayesGen.State.txt does not list");

    /// <summary>The lines of the old name stay: files of that name stay too, and the attribute must not be forgotten.</summary>
    [Fact]
    public Task AcceptsARenameWithBothKeysListed() => AnalyzerAssert.ReportsWithState(
        Network($"[Bayesian(Gaussian), FormerlyKnownAs(\"fc\")] private readonly Linear head = Linear(1, 1); {Norm}"),
        Listed + "Demo.Net: head.bias -> Gaussian\nDemo.Net: head.weight -> Gaussian\n");

    [Fact]
    public Task ReportsARemovedFormerlyKnownAs() => AnalyzerAssert.ReportsWithState(
        Network($"[Bayesian(Gaussian)] private readonly Linear head = Linear(1, 1); {Norm}", "[|BG0300:Net|]"),
        Listed + "Demo.Net: head.bias -> Gaussian\nDemo.Net: head.weight -> Gaussian\n",
        "Files saved by Net hold 'fc.bias' (Gaussian), 'fc.weight' (Gaussian), which it would not find: it has no member 'fc'; bring it back, "
        + "or remove the lines from BayesGen.State.txt");

    [Fact]
    public Task ReportsBothMembersThatMayBeTheOldOne() => AnalyzerAssert.ReportsWithState(
        Network(
            $"""
            [Bayesian(Gaussian)] private readonly Linear head = Linear(1, 1);
            [Bayesian(Gaussian)] private readonly Linear tail = Linear(1, 1);
            [Bayesian(LogUniform)] private readonly Linear [|BG0301:other|] = Linear(1, 1);
            {Norm}
            """,
            "[|BG0300:Net|]"),
        Listed,
        "Files saved by Net hold 'fc.bias' (Gaussian), 'fc.weight' (Gaussian), which it would not find: if 'head' or 'tail' is the old 'fc', put "
        + "[FormerlyKnownAs(\"fc\")] on it; if not, remove the lines from BayesGen.State.txt",
        "'other' of Net saves 'other.weight' (LogUniform), 'other.bias' (LogUniform), which BayesGen.State.txt does not list");

    [Fact]
    public Task ReportsARemovedField() => AnalyzerAssert.ReportsWithState(
        Network(Fc, "[|BG0300:Net|]"),
        Listed,
        "Files saved by Net hold 'norm.*' (Deterministic), which it would not find: it has no member 'norm'; bring it back, or remove the lines "
        + "from BayesGen.State.txt");

    [Fact]
    public Task ReportsAChangedFamily() => AnalyzerAssert.ReportsWithState(
        Network($"[Bayesian(LogUniform)] private readonly Linear [|BG0300:fc|] = Linear(1, 1); {Norm}"),
        Listed,
        "Files saved by Net hold 'fc.bias' (Gaussian), 'fc.weight' (Gaussian), which it would not find: 'fc' saves 'fc.weight' (LogUniform), "
        + "'fc.bias' (LogUniform); make it what it was, or give the old lines up in BayesGen.State.txt");

    [Fact]
    public Task ReportsALayerThatLostItsBias() => AnalyzerAssert.ReportsWithState(
        Network($"[Bayesian(Gaussian)] private readonly Linear [|BG0300:fc|] = Linear(1, 1, hasBias: false); {Norm}"),
        Listed,
        "Files saved by Net hold 'fc.bias' (Gaussian), which it would not find: 'fc' saves 'fc.weight' (Gaussian); make it what it was, or give "
        + "the old lines up in BayesGen.State.txt");

    /// <summary>The same keys, known less well or better: nothing is lost, but the file is out of date.</summary>
    [Theory]
    [InlineData("[Bayesian(Gaussian)] private readonly Module<Tensor, Tensor> [|BG0301:fc|] = Linear(1, 1);", "fc.weight -> Gaussian",
        "'fc.*' (Gaussian)")]
    [InlineData("[Bayesian(SparseDropout)] private readonly Module<Tensor, Tensor> [|BG0301:fc|] = Linear(1, 1);",
        "fc.bias -> Deterministic", "'fc.*' (SparseDropout)")]
    [InlineData(
        "[Bayesian(Gaussian)] private readonly Linear [|BG0301:fc|] = Linear(1, 1, false);", "fc.* -> Gaussian", "'fc.weight' (Gaussian)")]
    public Task ReportsKeysWhetherTheLayoutIsProvenOrNot(string field, string listed, string today) => AnalyzerAssert.ReportsWithState(
        Network(field), $"Demo.Net: {listed}\n", $"'fc' of Net saves {today}, which BayesGen.State.txt does not list");

    [Fact]
    public Task AcceptsEachKindOfMember() => AnalyzerAssert.ReportsWithState(
        """
        namespace Demo;

        public static class Zoo
        {
            [Bayesian(Gaussian)]
            public sealed class @class : Module<Tensor, Tensor>
            {
                private readonly Embedding [|BG0301:words|] = Embedding(3, 2);
                public @class() : base("class") => RegisterComponents();
                public override Tensor forward(Tensor x) => words.call(x);
            }
        }

        public abstract class Base(string name) : Module<Tensor, Tensor>(name)
        {
            [Bayesian(SparseDropout)] protected Linear [|BG0301:Head|] { get; } = Linear(1, 1);
        }

        [BayesianNetwork]
        public sealed class Whole : Base
        {
            private readonly Zoo.@class [|BG0301:one|] = new();
            [Deterministic] private readonly Zoo.@class [|BG0301:plain|] = new();
            private readonly ModuleList<Zoo.@class> [|BG0301:many|] = new(new Zoo.@class());
            private readonly ModuleDict<Zoo.@class> [|BG0301:named|] = new();
            private readonly Parameter [|BG0301:gain|] = new(ones(1));
            private readonly Tensor [|BG0301:offset|] = zeros(1);
            private readonly ReLU relu = ReLU();
            private readonly int count = 3;
            [TorchSharp.Utils.ComponentName(Name = "stem")] private readonly Linear [|BG0301:_stem|] = Linear(1, 1, hasBias: false);
            public Whole() : base("Whole") => RegisterComponents();
            public override Tensor forward(Tensor x) => relu.call(x) * count;
        }
        """,
        "",
        "'words' of @class saves 'words.weight' (Gaussian), which BayesGen.State.txt does not list",
        "'Head' of Whole saves 'Head.weight' (SparseDropout), 'Head.bias' (Deterministic), which BayesGen.State.txt does not list",
        "'one' of Whole saves 'one.*' (Demo.Zoo.class), which BayesGen.State.txt does not list",
        "'plain' of Whole saves 'plain.*' (Deterministic), which BayesGen.State.txt does not list",
        "'many' of Whole saves 'many.*' (ModuleList<Demo.Zoo.class>), which BayesGen.State.txt does not list",
        "'named' of Whole saves 'named.*' (ModuleDict<Demo.Zoo.class>), which BayesGen.State.txt does not list",
        "'gain' of Whole saves 'gain' (Deterministic), which BayesGen.State.txt does not list",
        "'offset' of Whole saves 'offset' (Deterministic), which BayesGen.State.txt does not list",
        "'stem' of Whole saves 'stem.weight' (Deterministic), which BayesGen.State.txt does not list");

    [Fact]
    public Task AcceptsAnEscapedLineBreakInAKey() => AnalyzerAssert.ReportsWithState(
        Network($"{Fc} {Norm} [TorchSharp.Utils.ComponentName(Name = \"a\\n b\")] private readonly Parameter gain = new(ones(1));"),
        Listed + "Demo.Net: a\\u000a b -> Deterministic\n");

    [Fact]
    public Task ReportsAClassThatWasRemoved() => AnalyzerAssert.ReportsWithState(
        Network($"{Fc} {Norm}"),
        "[|BG0300:Demo.Former: fc.bias -> Gaussian|]\nDemo.Former: fc.weight -> Gaussian\n" + Listed,
        "Files saved by Demo.Former hold 'fc.bias' (Gaussian), 'fc.weight' (Gaussian), which it would not find: there is no such Bayesian neural network; "
        + "list the keys under the new name of the class, which files do not hold, or remove the lines");

    /// <summary>What is saved cannot be known where the class is wrong; that comes first.</summary>
    [Fact]
    public Task SkipsAClassThatHasOtherErrors() => AnalyzerAssert.ReportsWithState(
        Network("[Bayesian(Gaussian)] private readonly ReLU [|BG0002:relu|] = ReLU();"), Listed);

    [Theory]
    [InlineData("Demo.Net fc.weight Gaussian")]
    [InlineData("Demo.Net: fc.weight")]
    [InlineData("Demo.Net:  fc.weight -> Gaussian")]
    [InlineData(": fc.weight -> Gaussian")]
    [InlineData("Demo.Net:  -> Gaussian")]
    [InlineData("fc.weight -> Demo.Net: Gaussian")]
    public Task ReportsALineThatIsNotAnEntry(string line) => AnalyzerAssert.ReportsWithState(
        Network($"{Fc} {Norm}"),
        Listed + $"\n  [|BG0302:{line}|]  \n",
        $"'{line}' is no entry: an entry reads 'Namespace.Network: key -> family', and a comment begins with #");

    [Fact]
    public Task ReportsADuplicateLine() => AnalyzerAssert.ReportsWithState(
        Network($"{Fc} {Norm}"),
        Listed + "[|BG0302:Demo.Net: fc.bias -> Gaussian|]",
        "'Demo.Net: fc.bias -> Gaussian' is no entry: it is there already; remove one of the two");

    /// <summary>What the generator emits as a key and what the file says are the same.</summary>
    [Fact]
    public void EntriesMatchTheKeysOfTheWrapper()
    {
        var networks = GeneratorHarness.Run(Network($"{Fc} {Norm}"));
        var known = KnownTypes.From(networks.Output)!;
        var entries = StateSchemaReader.Read(networks.Output.GetTypeByMetadataName("Demo.Net")!, known, default)!;
        var wrapper = networks.Output.GetTypeByMetadataName("Demo.BayesianNet+StateKeys")!;
        var keys = wrapper.GetMembers().OfType<Microsoft.CodeAnalysis.IFieldSymbol>()
            .Select(field => (string)field.ConstantValue!).ToList();
        Assert.Equal(7, keys.Count);
        Assert.All(keys, key => Assert.Contains(
            entries, entry => key.StartsWith(entry.Prefix ?? entry.Key + ".", StringComparison.Ordinal)));
    }

    private static string Network(string members, string name = "Net") => $$"""
        namespace Demo;

        public sealed class {{name}} : Module<Tensor, Tensor>
        {
            {{members}}
            public Net() : base("Net") => RegisterComponents();
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
