using BayesGen.Tests.Support;

namespace BayesGen.Tests.Package;

/// <summary>A project with implicit usings finds what pages show without a using of its own.</summary>
public sealed class ImplicitUsingsTests
{
    [Fact]
    public void EveryPublicNamespaceButThatOfGeneratedCodeIsImported() => Assert.Equal(
        typeof(BayesianAttribute).Assembly.GetExportedTypes().Select(type => type.Namespace).Distinct()
            .Where(name => name != "BayesGen.CompilerServices").Order(),
        PackageUsings.Namespaces.Order());
}
