using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0004.</summary>
public sealed class NotRegisteredTests
{
    private const string Registering = """public Net() : base("Net") => RegisterComponents();""";

    [Fact]
    public Task ReportsANetworkThatRegistersNothing() => AnalyzerAssert.Reports(
        """
        public sealed class [|BG0004:Net|]() : Module<Tensor, Tensor>("Net")
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);
            private readonly Linear plain = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(plain.call(x));
        }
        """,
        "'fc' is never registered with TorchSharp: no constructor of Net calls RegisterComponents(); call it at the end of the constructor");

    [Fact]
    public Task ReportsANetworkWhoseBaseRegistersNothingEither() => AnalyzerAssert.Reports(
        """
        public abstract class Base(string name) : Module<Tensor, Tensor>(name)
        {
            [Bayesian(Gaussian)] private readonly Linear first = Linear(1, 1);
            protected Tensor First(Tensor x) => first.call(x);
        }

        public sealed class [|BG0004:Net|]() : Base("Net")
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(First(x));
        }
        """,
        "'fc', 'first' are never registered with TorchSharp: no constructor of Net calls RegisterComponents(); "
        + "call it at the end of the constructor");

    [Fact]
    public Task ReportsALayerAssignedAfterRegistration() => AnalyzerAssert.Reports(
        Network("""
            [Bayesian(Gaussian)] private readonly Linear fc;
            public Net() : base("Net")
            {
                RegisterComponents();
                [|BG0004:fc|] = Linear(1, 1);
            }
            """),
        "'fc' is never registered with TorchSharp: RegisterComponents() looks at the fields before it is assigned; assign it first");

    [Fact]
    public Task ReportsALateLayerInEachConstructor() => AnalyzerAssert.Reports(Network("""
        [Bayesian(Gaussian)] private readonly Linear fc;
        public Net() : base("Net") { RegisterComponents(); this.Touch(); [|BG0004:this.fc|] = Linear(1, 1); }
        public Net(int size) : base("Net") { this.RegisterComponents(); [|BG0004:fc|] = Linear(size, 1); }
        private void Touch() { }
        """));

    [Theory]
    [InlineData("Linear[]", "[Linear(1, 1), Linear(1, 1)]", "ModuleList<Linear>")]
    [InlineData(
        "System.Collections.Generic.List<Module<Tensor, Tensor>>", "new() { Linear(1, 1), ReLU() }", "ModuleList<Module<Tensor, Tensor>>")]
    [InlineData("System.Collections.Generic.IReadOnlyList<Linear>", "new[] { Linear(1, 1) }", "ModuleList<Linear>")]
    [InlineData("System.Collections.Generic.Dictionary<string, Linear>", "new() { [\"a\"] = Linear(1, 1) }", "ModuleDict<Linear>")]
    [InlineData("Linear[]", "System.Linq.Enumerable.ToArray(System.Linq.Enumerable.Select(new[] { 1, 2 }, size => Linear(size, 1)))",
        "ModuleList<Linear>")]
    public async Task ReportsLayersMadeInACollection(string type, string value, string container)
    {
        var source = "[Bayesian(Gaussian)] " + Network($"private readonly {type} [|BG0004:blocks|] = {value}; {Registering}");
        await AnalyzerAssert.Reports(
            source,
            $"The layers in 'blocks' are never registered with TorchSharp: it does not look into {type.Replace("System.Collections.Generic.", "")}; "
            + $"use {container}");
    }

    [Fact]
    public Task ReportsLayersAddedToAList() => AnalyzerAssert.Reports("[Bayesian(Gaussian)] " + Network("""
        private readonly System.Collections.Generic.List<Linear> [|BG0004:blocks|] = [];
        public Net() : base("Net")
        {
            for (var i = 0; i < 3; i++)
                blocks.Add(Linear(1, 1));
            RegisterComponents();
        }
        """));

    [Theory]
    [InlineData("[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);" + Registering)]
    [InlineData(
        """[Bayesian(Gaussian)] private readonly Linear fc; public Net() : base("Net") { fc = Linear(1, 1); RegisterComponents(); }""")]
    [InlineData(
        """[Bayesian(Gaussian)] private Linear fc = Linear(1, 1); """
        + """public Net() : base("Net") { RegisterComponents(); fc = Linear(1, 1); }""")]
    [InlineData(
        """[Bayesian(Gaussian)] private Linear fc; """
        + """public Net() : base("Net") { Build(); RegisterComponents(); fc = Linear(1, 1); } private void Build() { fc = Linear(1, 1); }""")]
    [InlineData(
        """[Bayesian(Gaussian)] private Linear fc; """
        + """public Net() : base("Net") { RegisterComponents(); fc = Linear(1, 1); register_module("fc", fc); }""")]
    [InlineData(
        """[Bayesian(Gaussian)] private Linear fc = Linear(1, 1); """
        + """public Net() : base("Net") => Build(); private void Build() => RegisterComponents();""")]
    [InlineData("""[Bayesian(Gaussian)] private Linear fc = Linear(1, 1); public Net() : base("Net") => register_module("fc", fc);""")]
    [InlineData(
        """[Bayesian(Gaussian)] private Linear a = Linear(1, 1); private readonly Linear[] all; """
        + """public Net() : base("Net") { all = [a]; RegisterComponents(); }""")]
    [InlineData(
        """[Bayesian(Gaussian)] private Linear a; private readonly Linear[] all; """
        + """public Net() : base("Net") { all = [a = Linear(1, 1)]; RegisterComponents(); }""")]
    [InlineData(
        """[Bayesian(Gaussian)] private Sequential all; private readonly Linear[] parts = [Linear(1, 1)]; """
        + """public Net() : base("Net") { all = Sequential(parts); RegisterComponents(); }""")]
    [InlineData("[Bayesian(Gaussian)] private readonly ModuleList<Linear> blocks = new(Linear(1, 1));" + Registering)]
    [InlineData(
        "[Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1); private readonly ReLU[] activations = [ReLU()];" + Registering)]
    [InlineData(
        """[Bayesian(Gaussian)] public Linear Fc { get; } public Net() : base("Net") { Fc = Linear(1, 1); RegisterComponents(); }""")]
    [InlineData(
        """[Bayesian(Gaussian)] private readonly Sequential body; """
        + """public Net() : base("Net") { var parts = new System.Collections.Generic.List<Module<Tensor, Tensor>> { Linear(1, 1) }; body = Sequential(parts); RegisterComponents(); }""")]
    [InlineData(
        """[Bayesian(Gaussian)] private readonly ModuleList<Linear> all; private readonly Linear[] parts = [Linear(1, 1)]; """
        + """public Net() : base("Net") { all = new(parts); RegisterComponents(); }""")]
    [InlineData(
        """[Bayesian(Gaussian)] private Linear fc; private Linear[] views; """
        + """public Net() : base("Net") { fc = Linear(1, 1); RegisterComponents(); views = [fc]; }""")]
    public Task AcceptsRegisteredLayers(string members) => AnalyzerAssert.Reports(Network(members));

    [Fact]
    public Task IgnoresANetworkWithoutAnnotations() => AnalyzerAssert.Reports("""
        public sealed class Net() : Module<Tensor, Tensor>("Net")
        {
            private readonly Linear fc = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """);

    [Fact]
    public Task AcceptsABaseClassThatRegisters() => AnalyzerAssert.Reports("""
        public abstract class Base : Module<Tensor, Tensor>
        {
            protected Base(string name) : base(name) => RegisterComponents();
        }

        public sealed class Net() : Base("Net")
        {
            [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """);

    [Theory]
    [InlineData("(Linear A, Linear B)", "(Linear(1, 1), Linear(1, 1))")]
    [InlineData("Pair", "new(Linear(1, 1), Linear(1, 1))")]
    public Task ReportsLayersInATupleOrARecord(string type, string value) => AnalyzerAssert.Reports(
        "[Bayesian(Gaussian)] " + Network($"private readonly {type} [|BG0004:pair|] = {value}; {Registering}")
            + "public sealed record Pair(Linear A, Linear B);",
        $"The layers in 'pair' are never registered with TorchSharp: it does not look into {type}; give each layer a field of its own");

    [Theory]
    [InlineData("public required Linear [|BG0004:Fc|] { get; init; }")]
    [InlineData("public required Linear [|BG0004:Fc|] { get; set; }")]
    [InlineData("public required Linear [|BG0004:Fc|];")]
    [InlineData("public Linear? [|BG0004:Fc|] { get; init; }")]
    public Task ReportsALayerSetByAnObjectInitializer(string member) => AnalyzerAssert.Reports(
        "[Bayesian(Gaussian)] " + Network(member + Registering),
        "'Fc' is never registered with TorchSharp: RegisterComponents() looks at the fields in the constructor, before an object initializer "
        + "sets it; take it as an argument of the constructor");

    [Theory]
    [InlineData("public Linear [|BG0004:Fc|] => field ??= Linear(1, 1);", "Fc.call(x)")]
    [InlineData("private Linear? [|BG0004:_fc|]; private Linear Fc => _fc ??= Linear(1, 1);", "Fc.call(x)")]
    [InlineData("private Linear? [|BG0004:_fc|];", "(_fc ??= Linear(1, 1)).call(x)")]
    [InlineData(
        "private readonly Linear fc = Linear(1, 1); private Parameter? [|BG0004:_scale|];", "fc.call(x) * (_scale ??= Parameter(ones(3)))")]
    public Task ReportsALayerMadeAtItsFirstUse(string member, string output) => AnalyzerAssert.Reports(
        "[Bayesian(Gaussian)] " + Network(member + Registering).Replace("forward(Tensor x) => x", $"forward(Tensor x) => {output}"));

    [Fact]
    public Task ReportsALayerMadeAfterTheBaseConstructorRegistered() => AnalyzerAssert.Reports(
        """
        public abstract class Base : Module<Tensor, Tensor>
        {
            protected Base(string name) : base(name) => RegisterComponents();
        }

        public sealed class Net : Base
        {
            [Bayesian(Gaussian)] private readonly Linear [|BG0004:fc|];
            public Net() : base("Net") { fc = Linear(1, 1); RegisterComponents(); }
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """,
        "'fc' is never registered with TorchSharp: the constructor of Base calls RegisterComponents(), which looks once, before it is assigned; "
        + "make it where it is declared, or let the class that derives call RegisterComponents()");

    [Theory]
    [InlineData("public required Linear Fc { get; init; } [System.Diagnostics.CodeAnalysis.SetsRequiredMembers] public Net() : base(\"Net\") { Fc = Linear(1, 1); RegisterComponents(); }")]
    [InlineData("public Linear Fc { get; init; } = Linear(1, 1);" + Registering)]
    [InlineData("public Linear Fc { get; init; } public Net() : base(\"Net\") { Fc = Linear(1, 1); RegisterComponents(); }")]
    [InlineData("public required int Size { get; init; } private readonly Linear fc = Linear(1, 1);" + Registering)]
    [InlineData("public Linear Fc => field ??= Linear(1, 1); public Net() : base(\"Net\") { Fc.train(); RegisterComponents(); }")]
    [InlineData("private Linear? _fc; private Linear Fc => _fc ??= Linear(1, 1); public Net() : base(\"Net\") { Build(); RegisterComponents(); } private void Build() => Fc.train();")]
    [InlineData("private readonly Linear a = Linear(1, 1); private readonly (Linear, int) pair; public Net() : base(\"Net\") { pair = (a, 1); RegisterComponents(); }")]
    [InlineData("private readonly Linear fc = Linear(1, 1); private readonly (int, int) sizes = (1, 1);" + Registering)]
    public Task AcceptsLayersMadeBeforeRegistration(string members) => AnalyzerAssert.Reports("[Bayesian(Gaussian)] " + Network(members));

    [Fact]
    public Task AcceptsASecondNameForARegisteredLayer() => AnalyzerAssert.Reports("""
        public abstract class Base : Module<Tensor, Tensor>
        {
            protected readonly Linear first = Linear(1, 1);
            protected Base(string name) : base(name) => RegisterComponents();
        }

        [Bayesian(Gaussian)]
        public sealed class Net : Base
        {
            private readonly Linear last;
            private Linear current;
            public Net() : base("Net") { last = first; current = first; }
            public override Tensor forward(Tensor x) { current = first; return current.call(last.call(x)); }
        }
        """);

    [Fact]
    public Task AcceptsALayerOfADerivedClassMadeBeforeTheBaseRegisters() => AnalyzerAssert.Reports("""
        public abstract class Base : Module<Tensor, Tensor>
        {
            protected Base(string name, bool registers) : base(name)
            {
                if (registers)
                    RegisterComponents();
            }
        }

        public sealed class Net : Base
        {
            [Bayesian(Gaussian)] private readonly Linear fc;
            public Net() : base("Net", false) { fc = Linear(1, 1); RegisterComponents(); }
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """);

    private static string Network(string members) => $$"""
        public sealed class Net : Module<Tensor, Tensor>
        {
            {{members}}
            public override Tensor forward(Tensor x) => x;
        }
        """;
}
