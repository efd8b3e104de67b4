using System.Globalization;
using System.Runtime.Loader;

namespace BayesGen.Tests.Docs;

/// <summary>Runs a compiled program of a page in a process of its own, beside the assemblies of the tests.</summary>
internal static class RecipeProcess
{
    public const string Argument = "--recipe";

    /// <param name="program">The path of the compiled program.</param>
    /// <param name="folder">The current folder while it runs.</param>
    public static int Run(string program, string folder)
    {
        Directory.SetCurrentDirectory(folder);
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var entry = AssemblyLoadContext.Default.LoadFromAssemblyPath(program).EntryPoint!;
        var result = entry.Invoke(null, entry.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]);
        return result as int? ?? 0;
    }
}
