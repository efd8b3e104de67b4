using BayesGen.SourceGeneration.Emission;
using BayesGen.SourceGeneration.Names;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>Reads the call of a function of Torch, or of a method of a tensor, by its name.</summary>
/// <param name="reader">Whose network it is.</param>
/// <param name="expressions">Reads the arguments.</param>
/// <param name="call">The call.</param>
/// <param name="name">The name of the function.</param>
/// <param name="first">The tensor, or several, that it is about.</param>
/// <param name="skip">1 where it is the first argument, 0 where it stands before the point.</param>
internal sealed class GraphFunctions(
    GraphReader reader, GraphExpressions expressions, InvocationExpressionSyntax call, string name, ExpressionSyntax? first, int skip)
{
    private const string Room = GraphNames.Room;

    public GraphTerm Read()
    {
        if (first is null)
            return reader.Refuse(call, "this call is none that a graph follows");
        var x = expressions.Read(first);
        if (x.IsNone)
            return default;
        var function = name.TrimEnd('_');
        if (function is "cat" or "concat" or "concatenate" or "stack" && x.Kind == TermKind.Tensors)
            return Dimension("dim", 0, "0") is { } along
                ? new(TermKind.Tensor,
                    $"graph.Apply(new {Room}{(function == "stack" ? "Stacking" : "Concatenation")}({along}), {Source}, "
                    + $"global::System.Linq.Enumerable.ToArray({x.Code}))")
                : default;
        if (x.Kind != TermKind.Tensor)
            return reader.Refuse(call, $"'{name}' is called on what is no tensor");
        if (Known(function, x.Code) is { } term)
            return GraphChanges.IsInPlace(call, name, skip) ? term with { Code = $"graph.Change({term.Code})" } : term;
        return reader.Refusal is null ? reader.Refuse(call, $"'{name}' is no operation that a graph knows") : default;
    }

    private string Source => CSharpText.Literal(GraphReader.TextOf(call));

    private GraphTerm? Known(string function, string x) => function switch
    {
        "alias" or "detach" or "MoveToOuterDisposeScope" or "DetachFromDisposeScope" => new(TermKind.Tensor, x),
        "clone" => new(TermKind.Tensor, $"graph.Copy({Source}, {x})"),
        "contiguous" or "cpu" => new(TermKind.Tensor, $"graph.Copy({Source}, {x}, isCertain: false)"),
        "relu" => Activation(x, "Relu"),
        "relu6" => Activation(x, "Relu6"),
        "selu" => Activation(x, "Selu"),
        "gelu" => Activation(x, Argument("approximate", 0)?.ToString().Contains("tanh") == true ? "GeluTanh" : "Gelu"),
        "silu" => Activation(x, "Silu"),
        "mish" or "Mish" => Activation(x, "Mish"),
        "sigmoid" => Activation(x, "Sigmoid"),
        "logsigmoid" or "log_sigmoid" => Activation(x, "LogSigmoid"),
        "tanh" => Activation(x, "Tanh"),
        "hardsigmoid" => Activation(x, "HardSigmoid"),
        "hardswish" => Activation(x, "HardSwish"),
        "softsign" or "Softsign" => Activation(x, "Softsign"),
        "neg" or "negative" => Activation(x, "Negate"),
        "abs" => Activation(x, "Absolute"),
        "exp" => Activation(x, "Exponential"),
        "log" => Activation(x, "Logarithm"),
        "sqrt" => Activation(x, "SquareRoot"),
        "square" => Activation(x, "Square"),
        "reciprocal" => Activation(x, "Reciprocal"),
        "leaky_relu" => Activation(x, "LeakyRelu", Number("negative_slope", 0, "0.01")),
        "elu" => Activation(x, "Elu", Number("alpha", 0, "1.0")),
        "celu" => Activation(x, "Celu", Number("alpha", 0, "1.0")),
        "hardtanh" when !GraphChanges.IsInPlace(call, name, skip) => reader.Refuse(
            call, "TorchSharp's hardtanh returns its input as it is; write clamp(-1, 1), which computes it"),
        "hardtanh" => Activation(x, "Clamp", Number(skip == 0 ? "min" : "min_val", 0, "-1.0"), Number(skip == 0 ? "max" : "max_val", 1,
            "1.0")),
        "clamp" or "clip" => Activation(
            x, "Clamp", Number("min", 0, "double.NegativeInfinity"), Number("max", 1, "double.PositiveInfinity")),
        "softplus" => Activation(x, "Softplus", Number("beta", 0, "1.0"), Number("threshold", 1, "20.0")),
        "add" => Joined(x, "Add"),
        "sub" or "subtract" => Joined(x, "Subtract"),
        "mul" or "multiply" => Joined(x, "Multiply"),
        "div" or "divide" => Joined(x, "Divide"),
        "pow" => Joined(x, "Power"),
        "maximum" => Joined(x, "Maximum"),
        "minimum" => Joined(x, "Minimum"),
        "matmul" or "mm" or "bmm" => Other(x, "MatrixProduct()"),
        "scaled_dot_product_attention" => Attention(x),
        "dropout" or "dropout1d" or "dropout2d" or "dropout3d" or "alpha_dropout" or "feature_alpha_dropout" => Dropout(x),
        "softmax" => Dimension("dim", 0, null) is { } dim ? Apply($"GraphSoftmax({dim}, false)", x) : null,
        "log_softmax" => Dimension("dim", 0, null) is { } dim ? Apply($"GraphSoftmax({dim}, true)", x) : null,
        "flatten" => Dimension("start_dim", 0, "0") is { } start && Dimension("end_dim", 1, "-1") is { } end
            ? Apply($"Flattening({start}, {end})", x) : null,
        "view" or "reshape" => Sizes(0) is { } sizes ? Apply($"Reshaping({sizes})", x) : null,
        "expand" => Sizes(0) is { } sizes ? Apply($"Expansion({sizes})", x) : null,
        "permute" => Numbers(0) is { } order ? Apply($"Permutation({order})", x) : null,
        "transpose" or "swapaxes" or "swapdims" => Dimension("dim0", 0, null) is { } a && Dimension("dim1", 1, null) is { } b
            ? Apply($"Transposition({a}, {b})", x) : null,
        "t" => Apply("Transposition(-2, -1)", x),
        "squeeze" => Dimension("dim", 0, "null") is { } dim ? Apply($"Squeezing({dim})", x) : null,
        "unsqueeze" => Dimension("dim", 0, null) is { } dim ? Apply($"Unsqueezing({dim})", x) : null,
        "narrow" => Dimension("dim", 0, null) is { } dim && Size("start", 1) is { } start && Size("length", 2) is { } length
            ? Apply($"Narrowing({dim}, {start}, {length})", x) : null,
        "select" => Dimension("dim", 0, null) is { } dim && Size("index", 1) is { } index ? Apply($"Selection({dim}, {index})", x) : null,
        "chunk" => Dimension("chunks", 0, null) is { } count && Dimension("dim", 1, "0") is { } dim
            ? new(TermKind.Tensors, $"graph.ApplyMany(new {Room}Chunking((int)({count}), {dim}), {Source}, {x})") : null,
        "split" when Argument("sizes", 0) is CollectionExpressionSyntax or ImplicitArrayCreationExpressionSyntax
            or ArrayCreationExpressionSyntax => Numbers(0, single: true) is { } lengths
            && Dimension("dim", 1, "0") is { } dim
            ? new(TermKind.Tensors, $"graph.ApplyMany(new {Room}Splitting({lengths}, {dim}), {Source}, {x})") : null,
        "mean" => Reduction(x, "Mean"),
        "sum" => Reduction(x, "Sum"),
        "amax" => Reduction(x, "Maximum"),
        "amin" => Reduction(x, "Minimum"),
        "max_pool1d" or "max_pool2d" or "max_pool3d" => Pooling(x, "Maximum"),
        "avg_pool1d" or "avg_pool2d" or "avg_pool3d" => Pooling(x, "Average"),
        "adaptive_avg_pool1d" or "adaptive_avg_pool2d" or "adaptive_avg_pool3d" => Adaptive(x, "AdaptiveAverage"),
        "adaptive_max_pool1d" or "adaptive_max_pool2d" or "adaptive_max_pool3d" => Adaptive(x, "AdaptiveMaximum"),
        "pixel_shuffle" => Dimension("upscale_factor", 0, null) is { } factor ? Apply($"PixelShuffling({factor})", x) : null,
        "interpolate" => Resizing(x),
        _ => null,
    };

    private GraphTerm Apply(string operation, params string[] inputs) =>
        new(TermKind.Tensor, $"graph.Apply(new {Room}{operation}, {Source}, {string.Join(", ", inputs)})");

    private GraphTerm? Activation(string x, string kind, params string?[] numbers) => numbers.Any(number => number is null)
        ? null
        : Apply($"Activation({Room}ActivationKind.{kind}{string.Concat(numbers.Select(number => $", {number}"))})", x);

    private GraphTerm? Joined(string x, string kind)
    {
        if (Argument("alpha", 1) is not null)
            return null;
        return Argument(null, 0) is { } other && expressions.Read(other) is { IsNone: false } term
            && GraphExpressions.AsTensor(term) is { } code
            ? Apply($"Arithmetic({Room}ArithmeticKind.{kind})", x, code)
            : null;
    }

    private GraphTerm? Other(string x, string operation) =>
        Argument(null, 0) is { } other && expressions.Read(other) is { Kind: TermKind.Tensor } term ? Apply(operation, x, term.Code)
            : null;

    private GraphTerm? Attention(string x)
    {
        if (Argument("attn_mask", 2) is { } mask && expressions.Read(mask).Kind != TermKind.Nothing)
            return reader.Refuse(mask, "attention with a mask is not followed");
        return Argument("key", 0) is { } key && expressions.Read(key) is { Kind: TermKind.Tensor } keys
            && Argument("value", 1) is { } value && expressions.Read(value) is { Kind: TermKind.Tensor } values
            && (Argument("is_casual", 4) is { } causal ? expressions.Read(causal) : new(TermKind.Flag,
                "false")) is { Kind: TermKind.Flag } flag
                ? Apply($"AttentionProduct({flag.Code})", x, keys.Code, values.Code)
                : null;
    }

    /// <summary>Dropout that is on in evaluation too is none that can be followed: it is random.</summary>
    private GraphTerm? Dropout(string x)
    {
        if (Argument("training", 1) is { } when ? expressions.Read(when) is { Code: "false" } : skip == 0)
            return Number("p", 0, "0.5") is { } probability ? Apply($"GraphDropout({probability})", x) : null;
        return reader.Refuse(call, "it drops out in evaluation too; give it 'training'");
    }

    private GraphTerm? Reduction(string x, string kind)
    {
        var keeps = Argument("keepdim", 1) is { } keep ? expressions.Read(keep) : new(TermKind.Flag, "false");
        if (keeps.Kind != TermKind.Flag)
            return null;
        var along = Argument(null, 0) is null && Argument("dimensions", 0) is null && Argument("dim", 0) is null
            && Argument("dims", 0) is null
            ? "new long[0]" : Numbers(0, single: true);
        return along is null ? null : Apply($"GraphReduction({Room}ReductionKind.{kind}, {along}, {keeps.Code})", x);
    }

    private GraphTerm? Pooling(string x, string kind)
    {
        var isMaximum = kind == "Maximum";
        if (Spatial("kernel_size", 0) is not { } kernel)
            return null;
        var (stride, padding) = (Spatial(Argument("strides", 99) is null ? "stride" : "strides", 1, kernel), Spatial("padding", 2,
            Repeated("0")));
        var fourth = isMaximum ? Spatial("dilation", 3, Repeated("1")) : "new long[0]";
        if (stride is null || padding is null || fourth is null)
            return null;
        var ceil = Argument("ceil_mode", isMaximum ? 4 : 3) is { } mode ? expressions.Read(mode).Code : "false";
        var counts = !isMaximum && Argument("count_include_pad", 4) is { } include ? expressions.Read(include).Code : "true";
        return isMaximum || Argument("divisor_override", 5) is null
            ? Apply($"Pooling({Room}PoolingKind.{kind}, {kernel}, {stride}, {padding}, {fourth}, {ceil}, {counts})", x)
            : null;
    }

    private GraphTerm? Adaptive(string x, string kind) => Spatial("output_size", 0) is { } sizes
        ? Apply($"Pooling({Room}PoolingKind.{kind}, {sizes}, new long[0], new long[0], new long[0])", x)
        : null;

    private GraphTerm? Resizing(string x)
    {
        var mode = Argument("mode", 2)?.ToString() is { } text ? text.Substring(text.LastIndexOf('.') + 1) : "Nearest";
        var chosen = mode switch
        {
            "Nearest" => "Nearest",
            "Linear" or "Bilinear" or "Trilinear" => "Linear",
            "Bicubic" => "Cubic",
            _ => null,
        };
        var aligns = Argument("align_corners", 3) is { } align ? expressions.Read(align) : new(TermKind.Flag, "false");
        var sizes = Argument("size", 0) is { } size && !IsNothing(size) ? Sizes(size) : $"new {GraphNames.Size}[0]";
        var factors = Argument("scale_factor", 1) is { } scale && !IsNothing(scale) ? List("double", Elements(scale)) : "new double[0]";
        return chosen is null || sizes is null || factors is null
            ? null
            : Apply($"Resizing({Room}ResizingMode.{chosen}, {sizes}, {factors}, "
                + $"{(aligns.Kind == TermKind.Nothing ? "false" : aligns.Code)})", x);
    }

    private static bool IsNothing(ExpressionSyntax value) => value.ToString() is "null" or "default";

    /// <summary>An argument by its name, or by its place after the tensor; null where it is left out.</summary>
    private ExpressionSyntax? Argument(string? parameter, int place)
    {
        var arguments = call.ArgumentList.Arguments;
        if (parameter is not null
            && arguments.FirstOrDefault(argument => argument.NameColon?.Name.Identifier.ValueText == parameter) is { } named)
            return named.Expression;
        return place + skip < arguments.Count && arguments[place + skip].NameColon is null ? arguments[place + skip].Expression : null;
    }

    private string? Number(string parameter, int place, string otherwise) => Argument(parameter, place) is not { } value ? otherwise
        : expressions.Read(value) switch
        {
            { Kind: TermKind.Number } number => number.Code,
            { Kind: TermKind.Nothing } => otherwise,
            { Kind: TermKind.Flag } => otherwise, // inplace.
            _ => null,
        };

    private string? Dimension(string parameter, int place, string? otherwise) => Argument(parameter, place) is not { } value ? otherwise
        : expressions.Read(value) is { Kind: TermKind.Number } number ? number.Code
        : null;

    private string? Size(string parameter, int place) =>
        Argument(parameter, place) is { } value && expressions.Read(value) is { IsWhole: true } size ? size.Code : null;

    /// <summary>The elements of an array, tuple or collection; a single number as it is.</summary>
    private static IReadOnlyList<ExpressionSyntax> Elements(ExpressionSyntax value) => value switch
    {
        CollectionExpressionSyntax collection when collection.Elements.All(element => element is ExpressionElementSyntax) =>
            [.. collection.Elements.OfType<ExpressionElementSyntax>().Select(element => element.Expression)],
        ImplicitArrayCreationExpressionSyntax array => [.. array.Initializer.Expressions],
        ArrayCreationExpressionSyntax { Initializer: { } items } => [.. items.Expressions],
        TupleExpressionSyntax tuple => [.. tuple.Arguments.Select(argument => argument.Expression)],
        _ => [value],
    };

    private string? List(string type, IReadOnlyList<ExpressionSyntax> elements)
    {
        var terms = elements.Select(expressions.Read).ToList();
        return terms.All(term => type == GraphNames.Size ? term.IsWhole : term.Kind == TermKind.Number)
            ? $"new {type}[] {{ {string.Join(", ", terms.Select(term => term.Code))} }}"
            : null;
    }

    /// <summary>All arguments from a place on, or the array that one of them is.</summary>
    private IReadOnlyList<ExpressionSyntax> From(int place, bool single)
    {
        var rest = call.ArgumentList.Arguments.Skip(place + skip).Select(argument => argument.Expression).ToList();
        return rest.Count == 1 || single && rest.Count > 0 ? Elements(rest[0]) : rest;
    }

    private string? Sizes(int place) => List(GraphNames.Size, From(place, single: false));

    private string? Sizes(ExpressionSyntax value) => List(GraphNames.Size, Elements(value));

    private string? Numbers(int place, bool single = false) => List("long", From(place, single));

    private int Rank => name[name.IndexOf("d", name.Length - 2, StringComparison.Ordinal) - 1] - '0';

    private string Repeated(string number) => $"new long[] {{ {string.Join(", ", Enumerable.Repeat(number, Rank))} }}";

    /// <summary>A number for each dimension of space.</summary>
    private string? Spatial(string parameter, int place, string? otherwise = null)
    {
        if (Argument(parameter, place) is not { } value || IsNothing(value))
            return otherwise;
        var elements = Elements(value);
        if (elements.Count > 1)
            return List("long", elements);
        return expressions.Read(elements[0]) is { Kind: TermKind.Number } number ? Repeated(number.Code) : null;
    }
}
