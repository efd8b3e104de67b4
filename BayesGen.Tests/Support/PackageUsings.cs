using System.Xml.Linq;

namespace BayesGen.Tests.Support;

/// <summary>The namespaces that the package imports where a project asks for implicit usings.</summary>
internal static class PackageUsings
{
    public static IReadOnlyList<string> Namespaces { get; } =
    [
        .. XDocument.Load(Path.Combine(Package.PackedRepository.Root, "BayesGen.Runtime", "build", "BayesGen.targets"))
            .Descendants("Using").SelectMany(item => item.Attribute("Include")!.Value.Split(';')),
    ];

    /// <summary>The same as a source file.</summary>
    public static string Source { get; } = string.Concat(Namespaces.Select(name => $"global using {name};\n"));
}
