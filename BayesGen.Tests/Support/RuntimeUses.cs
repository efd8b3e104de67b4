using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.Tests;

/// <summary>
/// Which types of the runtime each of its files uses, as the compiler sees it: named, called, read through a property, or only the type of
/// a value that passes by.
/// </summary>
internal static class RuntimeUses
{
    /// <summary>What a project of .NET imports by itself, and what BayesGen.Runtime.csproj adds.</summary>
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using TorchSharp;
        global using static TorchSharp.torch;
        global using Tensor = TorchSharp.torch.Tensor;
        """;

    /// <summary>Each use: the file, the type that it uses, and the file that declares it; paths within the project.</summary>
    public static IReadOnlyList<(string File, string Type, string Owner)> All => Cached.Value;

    private static readonly Lazy<IReadOnlyList<(string File, string Type, string Owner)>> Cached = new(() => In(RuntimeSources.All()));

    public static IReadOnlyList<(string File, string Type, string Owner)> In(IEnumerable<(string Name, string Text)> files)
    {
        var compilation = CSharpCompilation.Create(
            "Runtime",
            [.. files.Append(("", Usings)).Select(file => CSharpSyntaxTree.ParseText(file.Item2, path: file.Item1))],
            References(),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
        return [.. compilation.SyntaxTrees
            .AsParallel()
            .SelectMany(tree => Types(compilation.GetSemanticModel(tree), tree).Select(type => (tree.FilePath, type.Name, Owner(type))))
            .Where(use => use.Item3 is not null && use.Item3 != use.FilePath)
            .Select(use => (use.FilePath, use.Name, use.Item3!))
            .OrderBy(use => use)];
    }

    /// <summary>
    /// What the tests run with, but for BayesGen itself; the bodies of generated regular expressions are missing, which nothing here asks
    /// for.
    /// </summary>
    private static IEnumerable<MetadataReference> References() => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Where(path => !Path.GetFileName(path).StartsWith("BayesGen", StringComparison.Ordinal))
        .Select(path => MetadataReference.CreateFromFile(path));

    private static HashSet<INamedTypeSymbol> Types(SemanticModel model, SyntaxTree tree)
    {
        var found = new HashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default);
        foreach (var node in tree.GetRoot().DescendantNodes().OfType<ExpressionSyntax>())
        {
            var (symbol, info) = (model.GetSymbolInfo(node).Symbol, model.GetTypeInfo(node));
            Add(symbol as ITypeSymbol);
            if (symbol is IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol)
                Add(symbol.ContainingType);
            Add(info.Type);
            Add(info.ConvertedType);
        }

        return found;

        void Add(ITypeSymbol? type)
        {
            switch (type)
            {
                case IArrayTypeSymbol array:
                    Add(array.ElementType);
                    break;
                case INamedTypeSymbol named:
                    foreach (var argument in named.TypeArguments.Where(argument => !SymbolEqualityComparer.Default.Equals(argument, named)))
                        Add(argument);
                    while (named.ContainingType is { } outer)
                        named = outer;
                    found.Add(named.OriginalDefinition);
                    break;
            }
        }
    }

    private static string? Owner(INamedTypeSymbol type) => type.DeclaringSyntaxReferences
        .Select(reference => reference.SyntaxTree.FilePath)
        .Order(StringComparer.Ordinal)
        .FirstOrDefault();
}
