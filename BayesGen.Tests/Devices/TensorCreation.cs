using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.Tests.Devices;

/// <summary>
/// Finds what makes a tensor without saying of which dtype and on which device. What is not said is TorchSharp's default, float32 on the
/// CPU, however the network was moved.
/// </summary>
internal static class TensorCreation
{
    /// <summary>What makes a tensor from something else than a tensor, or from a tensor's shape alone.</summary>
    private static readonly HashSet<string> Makers =
    [
        "tensor", "as_tensor", "from_array", "from_dlpack", "frombuffer", "scalar_tensor", "zeros", "ones", "empty",
        "empty_strided", "full",
        "rand", "randn", "randint", "randperm", "arange", "linspace", "logspace", "eye", "sparse_coo_tensor", "sparse", "complex", "polar",
        "zeros_like", "ones_like", "empty_like", "full_like", "rand_like", "randn_like", "randint_like",
        "new_zeros", "new_ones", "new_empty", "new_full", "new_tensor", "tril_indices", "triu_indices",
        "hann_window", "hamming_window", "bartlett_window", "blackman_window", "kaiser_window",
    ];

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Append(typeof(torch).Assembly.Location)
            .Where(path => Path.GetFileName(path) is not "BayesGen.Runtime.dll")
            .DistinctBy(Path.GetFileName)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The calls at fault, as "file(line): call".</summary>
    /// <param name="files">The sources of one assembly, its global usings included.</param>
    /// <param name="calls">The number of calls that make a tensor.</param>
    public static List<string> Unspecified(IEnumerable<(string Name, string Text)> files, out int calls)
    {
        var compilation = CSharpCompilation.Create(
            "Sources", files.Select(file => CSharpSyntaxTree.ParseText(file.Text, Options, file.Name)), References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        calls = 0;
        var found = new List<string>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            var model = compilation.GetSemanticModel(tree);
            foreach (var call in tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>())
            {
                if (!Makers.Contains(NameOf(call)))
                    continue;
                // What cannot be bound is at fault too, or the check would pass over what it does not understand.
                if (model.GetSymbolInfo(call).Symbol is IMethodSymbol method)
                {
                    if (!method.ContainingAssembly.Name.StartsWith("TorchSharp", StringComparison.Ordinal))
                        continue;
                    calls++;
                    if (Says(call, method, "ScalarType") && Says(call, method, "Device"))
                        continue;
                }

                var line = tree.GetLineSpan(call.Span).StartLinePosition.Line + 1;
                found.Add($"{tree.FilePath}({line}): {call}");
            }
        }

        return found;
    }

    /// <summary>Whether an argument other than null is given for the parameter of a type.</summary>
    private static bool Says(InvocationExpressionSyntax call, IMethodSymbol method, string type)
    {
        var parameter = method.Parameters.FirstOrDefault(parameter => NameOf(parameter.Type) == type);
        return parameter is not null && call.ArgumentList.Arguments.Select((argument, index) => (argument, index)).Any(pair =>
            (pair.argument.NameColon is { Name.Identifier.Text: var name } ? name == parameter.Name : pair.index == parameter.Ordinal)
            && !pair.argument.Expression.IsKind(SyntaxKind.NullLiteralExpression)
            && !pair.argument.Expression.IsKind(SyntaxKind.DefaultLiteralExpression));
    }

    private static string NameOf(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0].Name
            : type.Name;

    private static string NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        SimpleNameSyntax name => name.Identifier.Text,
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        MemberBindingExpressionSyntax member => member.Name.Identifier.Text,
        _ => "",
    };
}
