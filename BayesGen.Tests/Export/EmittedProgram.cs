using System.Reflection;
using System.Runtime.Loader;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.Tests.Export;

/// <summary>Exported C# files, compiled in memory against .NET alone.</summary>
internal sealed class EmittedProgram
{
    private readonly Assembly _assembly;

    private EmittedProgram(Assembly assembly) => _assembly = assembly;

    public delegate void Answer(ReadOnlySpan<float> input, Span<float> output);

    public delegate void TokenAnswer(ReadOnlySpan<long> input, Span<float> output);

    public delegate void ClassAnswer(
        ReadOnlySpan<float> input, Span<float> probabilities, Span<float> entropy, Span<float> mutualInformation);

    public delegate void RegressionAnswer(ReadOnlySpan<float> input, Span<float> mean, Span<float> variance);

    /// <summary>Compiles files; a warning is as bad as an error.</summary>
    public static EmittedProgram Compile(params IEnumerable<string> files)
    {
        var options = CSharpParseOptions.Default.WithPreprocessorSymbols("NET8_0_OR_GREATER", "NET9_0_OR_GREATER", "NET10_0_OR_GREATER");
        var compilation = CSharpCompilation.Create(
            $"Emitted{Guid.NewGuid():N}",
            files.Select(file => CSharpSyntaxTree.ParseText(file, options)),
            Net100.References.All,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(10)));
        Assert.DoesNotContain(result.Diagnostics, diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning);
        stream.Position = 0;
        return new EmittedProgram(new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(stream));
    }

    /// <summary>The method of a class, by the type of its delegate.</summary>
    public T Predict<T>(string className)
        where T : Delegate
    {
        Type[] parameters = [.. typeof(T).GetMethod("Invoke")!.GetParameters().Select(parameter => parameter.ParameterType)];
        return _assembly.GetType($"Exported.{className}")!.GetMethod("Predict", parameters)!.CreateDelegate<T>();
    }

    /// <summary>The answers to the rows of a tensor, one call for all of them.</summary>
    public float[] Run(string className, Tensor example, int outputs)
    {
        var answers = new float[outputs];
        if (example.is_floating_point())
            Predict<Answer>(className)(example.contiguous().data<float>().ToArray(), answers);
        else
            Predict<TokenAnswer>(className)(example.contiguous().data<long>().ToArray(), answers);
        return answers;
    }
}
