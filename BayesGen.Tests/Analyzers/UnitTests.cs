using BayesGen.Tests.SourceGenerator;
using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0012, BG0013 and BG0014: what annotations say about units.</summary>
public sealed class UnitTests
{
    private const string Halves = "Bayesian(typeof(HalvesPosterior))";
    private const string Outputs = "Bayesian(typeof(HalvesPosterior), Groups = UnitAxis.Outputs)";
    private const string Inputs = "Bayesian(typeof(HalvesPosterior), Groups = UnitAxis.Inputs)";
    private const string Otherwise = "; give it a family without units, or keep it plain";

    [Theory]
    [InlineData("Parameter", "new(ones(2, 2))", "a Parameter belongs to no layer that says which of its dimensions are inputs")]
    [InlineData("BatchNorm1d", "BatchNorm1d(2)", "a normalization layer scales features one by one, and connects none")]
    [InlineData("LayerNorm", "LayerNorm(2)", "a normalization layer scales features one by one, and connects none")]
    [InlineData("GroupNorm", "GroupNorm(1, 2)", "a normalization layer scales features one by one, and connects none")]
    [InlineData("PReLU", "PReLU(2)", "a unit is a slice, and the weight has one dimension")]
    public async Task ReportsWhatHasNoUnits(string type, string made, string why)
    {
        var source = Network($"[{Halves}] private readonly {type} [|BG0012:part|] = {made};");
        await AnalyzerAssert.Reports(source, $"'part' has no units for the Halves family: {why}{Otherwise}");
        AnalyzerAssert.CompilesBeside(source);
    }

    /// <summary>An annotation on the class leaves normalization layers and parameters plain, and covers the rest.</summary>
    [Fact]
    public Task ReportsTheLayerUnderAnAnnotationOfTheClass() => AnalyzerAssert.Reports(
        $"[{Halves}] " + Network("""
            private readonly Linear fc = Linear(1, 1);
            private readonly BatchNorm1d norm = BatchNorm1d(1);
            private readonly Parameter scale = new(ones(1));
            private readonly PReLU [|BG0012:slope|] = PReLU(1);
            [Deterministic] private readonly PReLU other = PReLU(1);
            """));

    [Fact]
    public Task ReportsATiedWeight() => AnalyzerAssert.Reports(
        TestSources.UnitFamily + """
        public sealed class Tied : Module<Tensor, Tensor>
        {
            [Bayesian(typeof(HalvesPosterior))] private readonly Embedding words = Embedding(5, 4);
            [Bayesian(typeof(HalvesPosterior))] private readonly Linear scores = Linear(4, 5);
            [Bayesian(Gaussian)] private readonly Linear one = Linear(4, 4);
            [Bayesian(Gaussian)] private readonly Linear other = Linear(4, 4);

            public Tied() : base("Tied")
            {
                RegisterComponents();
                [|BG0012:scores.weight = words.weight|];
                one.weight = other.weight;
            }

            public override Tensor forward(Tensor x) => scores.call(words.call(x));
        }
        """,
        "'scores' has no units for the Halves family: its weight is that of 'words' too, and units are those of one layer; give both a "
        + "family without units, or each a weight of its own");

    [Theory]
    [InlineData(Outputs, "LSTM", "LSTM(1, 1)", "the rows of its gates lie below each other")]
    [InlineData(Outputs, "GRUCell", "GRUCell(1, 1)", "the rows of its gates lie below each other")]
    [InlineData(Outputs, "MultiheadAttention", "MultiheadAttention(2, 1)", "which dimension of its weights its outputs lie along")]
    [InlineData(Inputs, "Bilinear", "Bilinear(1, 1, 1)", "it has two inputs")]
    public async Task ReportsAnAxisThatTheLayerLacks(string annotation, string type, string made, string why)
    {
        var source = Network($"[{annotation}] private readonly {type} [|BG0013:layer|] = {made};");
        var axis = annotation == Outputs ? "Outputs" : "Inputs";
        await AnalyzerAssert.Reports(source);
        Assert.Contains(
            $"BG0013: Groups = UnitAxis.{axis} cannot be used for 'layer': {why}",
            Assert.Single(GeneratorHarness.Run(source.Replace("[|BG0013:", "").Replace("|]", "")).Sources).SourceText.ToString());
        AnalyzerAssert.CompilesBeside(source);
    }

    [Fact]
    public Task ReportsALayerThatLacksTheAxisOfItsClass() => AnalyzerAssert.Reports(
        $"[{Outputs}] " + Network(
            "private readonly Linear fc = Linear(1, 1); private readonly LSTM [|BG0013:lstm|] = LSTM(1, 1);"),
        "Groups = UnitAxis.Outputs cannot be used for 'lstm': the rows of its gates lie below each other in one weight, so that a hidden "
        + "unit is no slice of it; use UnitAxis.Inputs, or a family without units");

    [Theory]
    [InlineData("Gaussian", "Gaussian")]
    [InlineData("LogUniform", "LogUniform")]
    [InlineData("typeof(SparseDropoutPosterior)", "SparseDropout")]
    public Task ReportsAnAxisForAFamilyWithoutUnits(string family, string name) => AnalyzerAssert.Reports(
        Network($"[[|BG0014:Bayesian({family}, Groups = UnitAxis.Inputs)|]] private readonly Linear fc = Linear(1, 1);"),
        $"Groups on 'fc' has no effect: the {name} family has a number for every weight and none for units; remove Groups, or take a family "
        + "of units");

    [Fact]
    public Task ReportsAnAxisOfTheClassOnce() => AnalyzerAssert.Reports(
        "[[|BG0014:Bayesian(Groups = UnitAxis.Outputs)|]] "
        + Network("private readonly Linear a = Linear(1, 1); private readonly LSTM b = LSTM(1, 1);"));

    [Theory]
    [InlineData($"[{Halves}] private readonly Linear fc = Linear(1, 1);")]
    [InlineData($"[{Halves}] private readonly LSTM lstm = LSTM(1, 1);")]
    [InlineData($"[{Halves}] private readonly MultiheadAttention attention = MultiheadAttention(2, 1);")]
    [InlineData($"[{Inputs}] private readonly LSTM lstm = LSTM(1, 1);")]
    [InlineData($"[{Inputs}] private readonly Conv2d conv = Conv2d(1, 1, 1);")]
    [InlineData($"[{Outputs}] private readonly Linear fc = Linear(1, 1);")]
    [InlineData($"[{Outputs}] private readonly RNN rnn = RNN(1, 1);")]
    [InlineData($"[{Outputs}] private readonly Embedding words = Embedding(2, 2);")]
    [InlineData($"[{Outputs}] private readonly ConvTranspose2d conv = ConvTranspose2d(1, 1, 1);")]
    [InlineData($"[{Outputs}] private readonly Sequential body = Sequential(LSTM(1, 1));")]
    [InlineData($"[{Outputs}] private readonly torch.nn.Module any = LSTM(1, 1);")]
    [InlineData("[Bayesian(typeof(HalvesPosterior), Groups = UnitAxis.Default)] private readonly LSTM lstm = LSTM(1, 1);")]
    [InlineData("[Bayesian(Gaussian, Groups = UnitAxis.Default)] private readonly Linear fc = Linear(1, 1);")]
    [InlineData("[Bayesian(Gaussian)] private readonly BatchNorm1d norm = BatchNorm1d(1);")]
    [InlineData("[Bayesian(Gaussian)] private readonly Parameter scale = new(ones(1));")]
    public Task AcceptsUnitsThatALayerHasOrMayHave(string member) => AnalyzerAssert.Reports(Network(member));

    /// <summary>The nearest annotation decides, so nothing meets on one layer.</summary>
    [Fact]
    public Task AcceptsFamiliesOfUnitsAndOfWeightsInOneNetwork() => AnalyzerAssert.Reports(
        $"[{Outputs}] " + Network($"""
            private readonly Conv2d conv = Conv2d(1, 1, 1);
            [{Halves}] private readonly LSTM lstm = LSTM(1, 1);
            [Bayesian(SparseDropout)] private readonly Linear fc = Linear(1, 1);
            [Deterministic] private readonly PReLU slope = PReLU(1);
            private readonly LayerNorm norm = LayerNorm(1);
            """));

    /// <summary>A whole program as people write it.</summary>
    [Fact]
    public async Task AcceptsUnitsBesideWeights()
    {
        var program = TestSources.UnitFamily + """
        [Bayesian(typeof(HalvesPosterior), Groups = UnitAxis.Outputs)]
        public sealed class Reader : Module<Tensor, Tensor>
        {
            private readonly Embedding words = Embedding(100, 16);
            private readonly Sequential body = Sequential(Conv1d(16, 32, 3), BatchNorm1d(32), ReLU());
            [Bayesian(typeof(HalvesPosterior))] private readonly LSTM lstm = LSTM(32, 32);
            [Bayesian(SparseDropout, Estimator = Estimator.Local)] private readonly Linear head = Linear(32, 10);
            private readonly LayerNorm norm = LayerNorm(32);
            private readonly Parameter scale = new(ones(1));

            public Reader() : base(nameof(Reader)) => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                var (states, _, _) = lstm.call(body.call(words.call(x).transpose(1, 2)).permute(2, 0, 1));
                return head.call(norm.call(states[-1]) * scale);
            }
        }

        public static class Reading
        {
            public static void Run(System.Collections.Generic.IEnumerable<(Tensor, Tensor)> batches, long examples)
            {
                using var model = new BayesianReader(new Reader());
                using (var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 2, ExampleCount = examples }))
                    trainer.Train(batches);
                Console.WriteLine(model.Describe());
                model.Prune(new() { [typeof(HalvesPosterior)] = 0.5, [SparseDropout] = -3 });
            }
        }
        """;
        AnalyzerAssert.CompilesBeside(program);
        await AnalyzerAssert.Reports(program);
    }

    private static string Network(string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            public Net() : base("Net") => RegisterComponents();
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }

        """ + TestSources.UnitFamily;
}
