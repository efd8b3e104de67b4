using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using BayesGen.Compression;

namespace BayesGen.Export;

/// <summary>From a network that was read to the text of a C# file.</summary>
internal static partial class CSharpExporter
{
    /// <summary>Writes the text, all of it or nothing.</summary>
    public static ExportReport Write(
        ExportReading reading, TextWriter writer, Tensor example, CSharpOptions options, BitWidths? bits, string what)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var plan = reading.Plan;
        var className = options.ClassName ?? SimpleName(plan.Network);
        if (options.ClassName is null && IsTaken(className))
            className += "Network";
        RequireName(className, nameof(options.ClassName));
        foreach (var part in options.Namespace.Split('.'))
            RequireName(part, nameof(options.Namespace));
        var answer = new CSharpAnswer(options.Samples > 0 ? options.Noise : null, options.Samples, plan.Output.Count);
        if (options.Samples > 0 && options.Noise is not null && plan.Output.Shape is not [1, _])
            throw new NotSupportedException(
                $"The network gives an output of shape {CSharpFile.Shape(plan.Output)} for an example, and mean and variance are of outputs [N, D], "
                + "as Predict takes them. Flatten the output, or leave Samples at 0.");
        if (options.Samples > 0 && options.Noise is null && plan.Output.Shape is not [1, >= 2])
            throw new NotSupportedException(
                $"The network gives an output of shape {CSharpFile.Shape(plan.Output)} for an example, and draws of it are joined to class "
                + "probabilities, which needs logits of two classes or more. Say what the noise is (Noise) where it is a regression.");
        var program = CSharpSteps.ProgramOf(plan, new NumberText(options.Format, bits));
        var isTokens = !example.is_floating_point();
        var count = (int)example.shape[0];
        var outputs = program.OutputsOf(example, plan.Draws);
        var tolerance = options.Tolerance ?? (options.Format == WeightFormat.Float32 ? 1e-5 : 0.1);
        var (difference, largest) = ExportCheck.Require(reading.Outputs, outputs, tolerance, "the C# file");
        var hash = ExportCheck.Hash(plan);
        var version = typeof(CSharpExporter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?
            .InformationalVersion.Split('+')[0];
        var weights = ExportCheck.Count(plan);
        string[] header =
        [
            string.Create(CultureInfo.InvariantCulture, $"{plan.Network}, {what}, as C# without a dependency, by BayesGen {version}."),
            string.Create(CultureInfo.InvariantCulture, $"Weights: {weights:N0} numbers, {FormatOf(options.Format)}, SHA-256 {hash}."),
            string.Create(
                CultureInfo.InvariantCulture,
                $"Outputs for {count} example{(count == 1 ? "" : "s")} differ from those of Torch by {difference:E1} at most; "
                + $"the largest is {largest:G4}."),
            "It needs .NET 8 or later and C# 12.",
        ];
        var text = CSharpFile.Of(program, answer, options, className, isTokens, header);
        writer.Write(text);
        return new ExportReport(System.Text.Encoding.UTF8.GetByteCount(text), weights, plan.Draws, hash, difference, largest);
    }

    private static string FormatOf(WeightFormat format) => format switch
    {
        WeightFormat.Float32 => "32 bits each",
        WeightFormat.Int8 => "8 bits each with a scale by row, biases 32",
        _ => "as many bits as their posterior asks for, others 32",
    };

    private static string SimpleName(string network) => Regex.Replace(network.Split('.', '+')[^1], @"[^\p{L}\p{Nd}_]", "");

    private static void RequireName(string name, string option)
    {
        if (!Identifier().IsMatch(name) || Words.Contains(name))
            throw new ArgumentException($"'{name}' is no name of C#. Choose letters, digits and underscores, and no keyword.", option);
        if (option == nameof(CSharpOptions.ClassName) && IsTaken(name))
            throw new ArgumentException($"The file uses the name '{name}' for something else. Choose another name for the class.", option);
    }

    private static bool IsTaken(string name) =>
        name is "_" or "Predict" or "Run" or "Count" or "Draws" or "Noise" or "InputLength" or "OutputLength" or "ScratchLength"
            or "System" or "ThreadStatic" or "ReadOnlySpan" or "Span" or "ArgumentException" or "Math" or "MathF" or "var"
        || KernelText.Names(name);

    /// <summary>The keywords, and the words that name no type.</summary>
    private static readonly HashSet<string> Words =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal",
        "default", "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for",
        "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null",
        "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte",
        "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof",
        "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while", "record", "required", "scoped",
        "file", "dynamic", "nint", "nuint", "notnull", "unmanaged", "where", "when", "yield", "await", "async", "nameof", "global",
        "partial", "field", "extension",
    ];

    [GeneratedRegex(@"^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$")]
    private static partial Regex Identifier();
}
