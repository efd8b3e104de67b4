using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CompressSample;

/// <summary>An exported C# file, compiled against .NET alone and loaded.</summary>
public static class CompiledFile
{
    /// <summary>What <c>Predict</c> of an exported file is.</summary>
    public delegate void Answer(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>Compiles a file, as a build would.</summary>
    /// <param name="path">The file.</param>
    /// <param name="className">Its class, with the namespace.</param>
    public static Answer Load(string path, string className)
    {
        var options = CSharpParseOptions.Default.WithPreprocessorSymbols("NET8_0_OR_GREATER", "NET9_0_OR_GREATER", "NET10_0_OR_GREATER");
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(assembly => Path.GetFileName(assembly).StartsWith("System.", StringComparison.Ordinal));
        var compilation = CSharpCompilation.Create(
            className,
            [CSharpSyntaxTree.ParseText(File.ReadAllText(path), options)],
            assemblies.Select(assembly => MetadataReference.CreateFromFile(assembly)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        if (!result.Success)
            throw new InvalidOperationException(
                $"{path} does not compile: {result.Diagnostics.First(found => found.Severity == DiagnosticSeverity.Error)}");
        stream.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(stream).GetType(className, throwOnError: true)!
            .GetMethod("Predict", BindingFlags.Public | BindingFlags.Static, [typeof(ReadOnlySpan<float>), typeof(Span<float>)])!
            .CreateDelegate<Answer>();
    }
}
