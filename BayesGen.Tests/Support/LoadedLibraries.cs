using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;

namespace BayesGen.Tests.Support;

/// <summary>Assemblies compiled with the generator, each of which may reference those before it, loaded to be run.</summary>
internal sealed class LoadedLibraries : IDisposable
{
    private readonly AssemblyLoadContext _context = new("Libraries", isCollectible: true);
    private readonly List<MetadataReference> _references = [];

    /// <summary>Compiles and loads an assembly. Others see of it what a build shows them: no private and no internal members.</summary>
    public Assembly Add(string name, string source)
    {
        var compilation = GeneratorHarness.Compile(source).WithAssemblyName(name).AddReferences(_references);
        var output = GeneratorHarness.Run(compilation).Compiles().Output;
        using var image = new MemoryStream();
        Assert.True(output.Emit(image).Success);
        using var shown = new MemoryStream();
        Assert.True(output.Emit(
            shown, options: new Microsoft.CodeAnalysis.Emit.EmitOptions(metadataOnly: true, includePrivateMembers: false)).Success);
        _references.Add(MetadataReference.CreateFromImage(shown.ToArray()));
        image.Position = 0;
        return _context.LoadFromStream(image);
    }

    /// <summary>The wrapper of a network of one of the assemblies.</summary>
    public static IBayesianNetwork Wrap(Assembly assembly, string network, string wrapper) => (IBayesianNetwork)Activator.CreateInstance(
        assembly.GetType(wrapper, throwOnError: true)!, Activator.CreateInstance(assembly.GetType(network, throwOnError: true)!))!;

    public void Dispose() => _context.Unload();
}
