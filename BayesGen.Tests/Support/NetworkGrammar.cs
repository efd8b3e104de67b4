using System.Globalization;

namespace BayesGen.Tests.Support;

/// <summary>
/// Random source files with annotated classes: whatever C# allows around a network, likely or not. The same seed gives the same file.
/// Most files compile; some hold a mistake that the compiler or an analyzer has words for.
/// </summary>
internal sealed partial class NetworkGrammar(int seed)
{
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
        var prologue = Pick(
            "", "", "#nullable disable\n", "// A comment.\n", "#pragma warning disable\n", "using L = TorchSharp.Modules.Linear;\n");
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
                    {{Pick("public ", "internal ", "public static ", "")}}{{Pick("class", "class", "partial class")}} {{name}}Outer{{Pick(
                        "", "", "<T>")}}
                    {
                        {{attributes}}{{Pick(
                            "public ", "internal ", "internal protected ", "private ", "")}}{{modifiers}}class {{name}}() : {{module}}("x")
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

                    {{Pick(
                        $"public sealed class {name}<T>;",
                        $"public sealed class Bayesian{Bare(name)};",
                        $"public sealed class Bayesian{Bare(name)}<T>;")}}
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
            11 => "[TorchSharp.Utils.ComponentName(Name = \""
                + Pick("odd", "a b", "é\\\"", "{x}", "a\\nb", "\\u2028", "\\0", "<&>", "😀", "\\ud800", "")
                + $"\")] {attribute}private readonly {type} {name} = {value};",
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

    private string TypeName() =>
        Unique(Pick("Net", "Classifier", "@class", "@event", "Größe", "変数", "_", "__x", "record_", "BayesianNet", "x", "A_B", "x\\u0301y",
        "Net_1", "NET"));

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
