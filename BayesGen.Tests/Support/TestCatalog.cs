using System.Reflection;

namespace BayesGen.Tests.Support;

/// <summary>The tests of this assembly by their full names, a theory once for each line of data.</summary>
internal static class TestCatalog
{
    /// <summary>What <c>dotnet test --filter</c> runs for a bare word: the tests whose full name contains it, in whatever case.</summary>
    public static IReadOnlyList<string> MatchedBy(string word) =>
    [
        .. from type in typeof(TestCatalog).Assembly.GetTypes()
           where type is { IsClass: true, IsAbstract: false }
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
           where method.GetCustomAttribute<FactAttribute>() is { Skip: null }
           let name = $"{type.FullName}.{method.Name}"
           where name.Contains(word, StringComparison.OrdinalIgnoreCase)
           from i in Enumerable.Range(0, Math.Max(1, method.GetCustomAttributes<InlineDataAttribute>().Count()))
           select $"{name}({i})",
    ];
}
