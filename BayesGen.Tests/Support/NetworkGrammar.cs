using System.Globalization;

namespace BayesGen.Tests.Support;

/// <summary>
/// Random source files with annotated classes: whatever C# allows around a network, likely or not. The same seed gives the same file.
/// Most files compile; some hold a mistake that the compiler or an analyzer has words for.
/// </summary>
internal sealed class NetworkGrammar(int seed)
{
    private static readonly (string Type, string Value)[] Layers =
    [
        ("Linear", "Linear(2, 3)"), ("Linear", "Linear(2, 3, hasBias: false)"), ("Linear", "Linear(2, 3, Environment.Is64BitProcess)"),
        ("Linear?", "null"), ("Linear", "null!"), ("Bilinear", "Bilinear(2, 3, 3)"), ("Conv1d", "Conv1d(1, 2, 3, bias: false)"),
        ("Conv2d", "Conv2d(1, 2, 3, padding: 1)"), ("Conv3d", "Conv3d(1, 2, 3)"), ("ConvTranspose2d", "ConvTranspose2d(1, 2, 3)"),
        ("Embedding", "Embedding(4, 3)"), ("LSTM", "LSTM(2, 3)"), ("GRU", "GRU(2, 3)"), ("RNN", "RNN(2, 3)"),
        ("MultiheadAttention", "MultiheadAttention(4, 2)"), ("BatchNorm2d", "BatchNorm2d(3)"), ("LayerNorm", "LayerNorm(3)"),
        ("GroupNorm", "GroupNorm(1, 2)"), ("ReLU", "ReLU()"), ("Dropout", "Dropout()"), ("MaxPool2d", "MaxPool2d(2)"),
        ("Sequential", "Sequential(Linear(2, 3), ReLU())"), ("Module<Tensor, Tensor>", "Sequential(Linear(2, 3))"),
        ("IModule<Tensor, Tensor>", "Linear(2, 3)"), ("torch.nn.Module", "Linear(2, 3)"), ("Parameter", "new(ones(1))"),
        ("Parameter?", "null"), ("ModuleList<Linear>", "new()"), ("ModuleDict<Linear>", "new()"), ("ModuleList<Inner>", "new()"),
        ("ModuleDict<Inner>?", "null"), ("Inner", "new()"), ("Inner?", "null"), ("Own", "new()"), ("Own.Hidden<int>", "new()"),
        ("TransformerEncoderLayer", "TransformerEncoderLayer(4, 2, 8)"), ("global::TorchSharp.Modules.Linear", "Linear(1, 1)"),
    ];

    private static readonly (string Type, string Value)[] Others =
    [
        ("int", "3"), ("string?", "null"), ("Linear[]", "[]"), ("Linear?[][,]", "[]"), ("global::System.Collections.Generic.List<Linear>", "[]"),
        ("global::System.Collections.Generic.Dictionary<string, Conv2d>", "[]"), ("(Linear, int)", "default"), ("Tensor", "ones(1)"),
        ("Func<Linear>", "() => Linear(1, 1)"), ("dynamic", "null!"), ("object", "new()"), ("Inner[]", "[]"), ("global::System.Type", "typeof(int)"),
    ];

    private static readonly string[] Names =
    [
        "fc", "_fc", "__fc", "fc1", "Fc", "FC", "conv_1", "_1", "@class", "@event", "@int", "@base", "@this", "@void", "@namespace", "value",
        "field", "record", "file", "var", "dynamic", "nameof", "async", "await", "partial", "where", "yield", "get", "set", "global", "args",
        "größe", "変数", "ñ", "Ж", "ﬀ", "\\u0066oo", "x\\u0301y", "ıI", "ǆ", "network", "plan", "prefix", "name", "module", "arena", "Arena", "Network",
        "Posterior", "Prior", "posteriorMap", "StateKeys", "stateKeys", "Describe", "Refusal", "CreateTrainer", "isDisposed", "_isDisposed",
        "toString", "equals", "getHashCode", "getType", "weight", "bias", "mask", "mu", "index", "System", "TorchSharp", "BayesGen",
        "registered", "tensors", "isAt", "adoptDevice", "innerFc", "allFc", "forward_", "training_", "arena_", "fcOf", "nullable", "notnull",
    ];

    private static readonly string[] Families =
    [
        "Gaussian", "Gaussian", "LogUniform", "LogUniform", "SparseDropout", "Family.Gaussian", "global::BayesGen.Family.LogUniform", "(Family)1",
        "typeof(GaussianPosterior)", "typeof(LogUniformPosterior)", "(Family)77", "typeof(string)", "typeof(Posterior)", "Chosen",
    ];

    private static readonly string[] Options =
    [
        "PriorScale = 0.5", "PriorScale = 2", "PriorScale = 1e-320", "PriorScale = 1e30", "PriorScale = -1", "PriorScale = double.NaN",
        "PriorScale = double.PositiveInfinity", "PriorScale = Scale", "InitialLogSigma = -4", "InitialLogSigma = 0.1f",
        "InitialLogSigma = double.NegativeInfinity", "InitialLogSigma = double.NaN", "InitialLogSigma = -0.0", "IncludeBias = false",
        "IncludeBias = true", "Prior = typeof(GaussianPrior)", "Prior = typeof(LaplacePrior)", "Prior = typeof(LogUniformPrior)",
        "Prior = typeof(int)", "Prior = null", "Prior = typeof(Wide)", "Prior = typeof(global::System.Collections.Generic.List<>)",
        "Estimator = Estimator.Local", "Estimator = Estimator.WeightSampling", "Estimator = (Estimator)9",
    ];

    private static readonly string[] Losses =
    [
        "", "", "", "Loss = typeof(ElboLoss)", "Loss = typeof(GaussianKLLoss)", "Loss = typeof(LogUniformKLLoss)", "Loss = typeof(RenyiLoss)",
        "Loss = typeof(string)", "Loss = null", "Loss = typeof(VariationalLoss)",
    ];

    private static readonly (string Base, string Parameters, string Result)[] Modules =
    [
        ("Module<Tensor, Tensor>", "Tensor x", "Tensor"),
        ("Module<Tensor, Tensor>", "Tensor x", "Tensor"),
        ("torch.nn.Module<Tensor, Tensor>", "Tensor @in", "Tensor"),
        ("Module<Tensor, Tensor, Tensor>", "Tensor x, Tensor mask", "Tensor"),
        ("Module<Tensor, (Tensor, Tensor)>", "Tensor x", "(Tensor, Tensor)"),
        ("Module<(Tensor a, int b), Tensor?>", "(Tensor a, int b) pair", "Tensor?"),
        ("Module<Tensor?, Tensor[], int>", "Tensor? x, Tensor[] @params", "int"),
        ("Module<string, Tensor, int, global::System.Collections.Generic.List<string?>>", "string s, Tensor t, int @this", "global::System.Collections.Generic.List<string?>"),
    ];

    private readonly Random _random = new(seed);
    private readonly HashSet<string> _taken = [];

    /// <summary>A whole file. Its types are in a namespace of its own, so that files can be compiled together.</summary>
    public string File()
    {
        var body = string.Join("\n\n", Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => Class()));
        var types = $$"""
            {{Inner()}}

            public class Own : Module<Tensor, Tensor>
            {
                protected readonly Linear own = Linear(2, 2);
                public Own() : base("Own") => RegisterComponents();
                public override Tensor forward(Tensor x) => own.call(x);
                public class Hidden<T> : Own;
            }

            public sealed record Wide(double Scale) : Prior { public Wide() : this(1) { } }

            {{body}}
            """;
        var room = $"N{seed}{Pick("", "", ".@event", ".Größe", ".@record.A", ".System")}";
        var prologue = Pick("", "", "#nullable disable\n", "// A comment.\n", "#pragma warning disable\n", "using L = TorchSharp.Modules.Linear;\n");
        return Chance(0.7)
            ? $"{prologue}namespace {room};\n\n{types}\n"
            : $"{prologue}namespace {room}\n{{\n{types}\n}}\n";
    }

    private string Inner() => $$"""
        public sealed class Inner : Module<Tensor, Tensor>
        {
            {{Pick("[Bayesian(Gaussian)]", "[Bayesian(LogUniform)]", "")}} private readonly Linear fc = Linear(2, 2);
            public Inner() : base("Inner") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc.call(x);
        }
        """;

    private string Class()
    {
        var name = TypeName();
        var (module, parameters, result) = Pick(Modules);
        var members = string.Join("\n", Members());
        var body = $$"""
                private const double Scale = 0.25;
                private const Family Chosen = Gaussian;
            {{members}}
                public override {{result}} forward({{parameters}}) => throw null!;
            """;
        var attributes = ClassAttributes();
        var access = Pick("public ", "public ", "internal ", "");
        var modifiers = Pick("sealed ", "sealed ", "sealed ", "", "partial ", "unsafe sealed ", "sealed partial ");
        switch (_random.Next(15))
        {
            case 0: // A base class of its own, with annotations, abstract.
                return $$"""
                    {{Pick("", "[Bayesian(Gaussian)] ")}}{{access}}abstract class {{name}}Base : {{module}}
                    {
                        [Bayesian(Gaussian)] private readonly Linear below = Linear(1, 1);
                        protected {{name}}Base(string name) : base(name) { }
                    }

                    {{attributes}}{{access}}sealed class {{name}}() : {{name}}Base("x")
                    {
                    {{body}}
                    }
                    """;
            case 1: // A generic base class.
                return $$"""
                    {{access}}abstract class {{name}}Base<T>(T held) : {{module}}("x")
                    {
                        [Bayesian(LogUniform)] private readonly Linear below = Linear(1, 1);
                        protected T Held => held;
                    }

                    {{attributes}}{{access}}sealed class {{name}}() : {{name}}Base<int>(1)
                    {
                    {{body}}
                    }
                    """;
            case 2: // Generic itself.
                return $$"""
                    {{attributes}}{{access}}{{modifiers}}class {{name}}<{{Pick("T", "@class", "Tensor_", "TLoss")}}> : {{module}}
                    {
                        public {{name}}() : base("x") => RegisterComponents();
                    {{body}}
                    }
                    """;
            case 3: // Nested.
                return $$"""
                    {{Pick("public ", "internal ", "public static ", "")}}{{Pick("class", "class", "partial class")}} {{name}}Outer{{Pick("", "", "<T>")}}
                    {
                        {{attributes}}{{Pick("public ", "internal ", "internal protected ", "private ", "")}}{{modifiers}}class {{name}}() : {{module}}("x")
                        {
                        {{body}}
                        }
                    }
                    """;
            case 4: // Nested in a struct, an interface or a record.
                return $$"""
                    {{Pick("public struct", "public interface", "public record", "public record struct")}} {{name}}Outer
                    {
                        {{attributes}}{{Pick("public ", "internal ")}}{{modifiers}}class {{name}}() : {{module}}("x")
                        {
                        {{body}}
                        }
                    }
                    """;
            case 5: // Two parts.
                return $$"""
                    {{attributes}}{{access}}partial class {{name}} : {{module}}
                    {
                    {{body}}
                    }

                    {{access}}partial class {{name}}
                    {
                        [Bayesian(Gaussian)] private readonly Linear other = Linear(1, 2);
                        public {{name}}() : base("x") => RegisterComponents();
                    }
                    """;
            case 6: // Local to the file.
                return $$"""
                    {{attributes}}file sealed class {{name}}() : {{module}}("x")
                    {
                    {{body}}
                    }
                    """;
            case 7: // No network.
                return $$"""
                    {{attributes}}{{access}}{{Pick("sealed class", "record", "abstract class", "sealed record")}} {{name}}
                    {
                        [Bayesian(Gaussian)] private readonly Linear fc = Linear(1, 1);
                        public object Fc => fc;
                    }
                    """;
            case 8: // A name that is taken, or two arities of one name.
                return $$"""
                    {{attributes}}{{access}}sealed class {{name}}() : {{module}}("x")
                    {
                    {{body}}
                    }

                    {{Pick($"public sealed class {name}<T>;", $"public sealed class Bayesian{Bare(name)};", $"public sealed class Bayesian{Bare(name)}<T>;")}}
                    """;
            case 10: // Wrappers that would share a name, or files whose names differ in case alone.
                return Pick(
                    $"{Small($"W{Bare(name)}_Net")}\npublic static class W{Bare(name)}\n{{\n{Small("Net")}\n}}",
                    $"{Small($"w{Bare(name)}")}\n{Small($"W{Bare(name)}")}",
                    $"{Small($"W{Bare(name)}_1")}\n{Small($"W{Bare(name)}<T>")}");
            case 9: // A primary constructor that is captured.
                return $$"""
                    {{attributes}}{{access}}{{modifiers}}class {{name}}(int size, Linear captured) : {{module}}("x")
                    {
                        [Bayesian(Gaussian)] private readonly Linear made = Linear(size, size);
                        public int Size => size + (int)captured.weight!.shape[0];
                    {{body}}
                    }
                    """;
            default:
                return $$"""
                    {{attributes}}{{access}}{{modifiers}}class {{name}} : {{module}}
                    {
                        public {{name}}() : base("x") => RegisterComponents();
                    {{body}}
                    }
                    """;
        }
    }

    private static string Small(string name) => $$"""
        [Bayesian(Gaussian)]
        public sealed class {{name}}() : Module<Tensor, Tensor>("x")
        {
            private readonly Linear made = Linear(2, 2);
            public override Tensor forward(Tensor x) => x;
        }
        """;

    private string ClassAttributes() => _random.Next(6) switch
    {
        0 => $"[Bayesian({Arguments()})] ",
        1 => $"[BayesianNetwork({Pick(Losses)})] ",
        2 => $"[BayesianNetwork({Pick(Losses)}), Bayesian({Arguments()})] ",
        3 => Pick(
            "[global::System.Obsolete(\"Old.\")] ", "[global::System.Obsolete] ", "[global::System.Obsolete(\"Old\\n\", true)] ",
            "[global::System.Diagnostics.CodeAnalysis.Experimental(\"X1\")] "),
        _ => "",
    };

    private IEnumerable<string> Members()
    {
        var count = _random.Next(7);
        for (var i = 0; i < count; i++)
            yield return "    " + Member();
    }

    private string Member()
    {
        var (type, value) = Chance(0.85) ? Pick(Layers) : Pick(Others);
        var name = MemberName();
        var attribute = MemberAttribute() + FormerName();
        return _random.Next(16) switch
        {
            0 => $"{attribute}public {type} {name} {{ get; }} = {value};",
            1 => $"{attribute}internal {type} {name} {{ get; private set; }} = {value};",
            2 => $"{attribute}private {type} {name} {{ get; init; }} = {value};",
            3 => $"[field: Bayesian(Gaussian)] public {type} {name} {{ get; }} = {value};",
            4 => $"{attribute}public static {type} {name} = {value};",
            5 => $"{attribute}public {type} {name} => throw null!;",
            6 => $"{attribute}protected internal {type} {name} {{ get; set; }} = {value};",
            7 => $"{attribute}private readonly {type} {name} = {value}, {MemberName()} = {value};",
            8 => $"{attribute}public {type} {name} = {value};",
            9 => $"{attribute}protected {type} {name} = {value};",
            10 => $"#region A region\n    {attribute}private readonly {type} {name} = {value}; // Said.\n    #endregion",
            11 => $"[TorchSharp.Utils.ComponentName(Name = \"{Pick("odd", "a b", "é\\\"", "{x}", "a\\nb", "\\u2028", "\\0", "<&>", "😀", "\\ud800", "")}\")] {attribute}private readonly {type} {name} = {value};",
            _ => $"{attribute}private readonly {type} {name} = {value};",
        };
    }

    private string MemberAttribute() => _random.Next(8) switch
    {
        0 => "",
        1 => "[Deterministic] ",
        2 => "[Bayesian(Gaussian), Deterministic] ",
        3 => "[global::BayesGen.BayesianAttribute(LogUniform)] ",
        _ => $"[Bayesian({Arguments()})] ",
    };

    private string FormerName() => Chance(0.8) ? "" : Pick(
        "[FormerlyKnownAs(\"old\")] ", "[FormerlyKnownAs(\"fc\"), FormerlyKnownAs(\"conv_1\")] ", "[FormerlyKnownAs(\"\\\"\\n{x}\")] ",
        "[FormerlyKnownAs(\"\")] ", "[FormerlyKnownAs(null!)] ", "[FormerlyKnownAs(\"a.b\")] ", "[FormerlyKnownAs(nameof(Scale))] ");

    private string Arguments() =>
        string.Join(", ", Enumerable.Range(0, Math.Max(0, _random.Next(5) - 2)).Select(_ => Pick(Options)).DistinctBy(option => option[..6])
            .Prepend(Pick(Families)));

    private string TypeName() => Unique(Pick("Net", "Classifier", "@class", "@event", "Größe", "変数", "_", "__x", "record_", "BayesianNet", "x", "A_B", "x\\u0301y", "Net_1", "NET"));

    private string MemberName() => Unique(Pick(Names));

    /// <summary>No name twice; one that means the same in other letters counts as the same.</summary>
    private string Unique(string name)
    {
        var unique = name;
        for (var i = 2; !_taken.Add(Bare(unique)); i++)
            unique = $"{name}{i.ToString(CultureInfo.InvariantCulture)}";
        return unique;
    }

    private static string Bare(string name) => name.TrimStart('@').Replace("\\u0066", "f").Replace("\\u0301", "\u0301");

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private bool Chance(double probability) => _random.NextDouble() < probability;
}
