using System.Reflection;
using System.Runtime.CompilerServices;

namespace BayesGen.Tests.House;

/// <summary>No class of the runtime grows into one that does everything.</summary>
public class SurfaceTests
{
    private const int MostMembers = 20;
    private const int MostFiles = 3;
    private const int MostTypesOnTheFirstPage = 45;

    private static readonly Assembly Runtime = typeof(BayesianAttribute).Assembly;

    [Fact]
    public void TheFirstPageStaysShort()
    {
        List<string> types = [.. Runtime.GetExportedTypes()
            .Where(type => type.Namespace == "BayesGen" && !type.IsNested).Select(type => type.Name)];
        Assert.InRange(types.Count, 20, MostTypesOnTheFirstPage);
    }

    [Fact]
    public void AClassThatDoesSomethingHasFewPublicMembers()
    {
        List<string> large = [.. Runtime.GetTypes()
            .Where(type => !type.IsEnum && !IsRecord(type) && !type.IsDefined(typeof(CompilerGeneratedAttribute)))
            .Select(type => (Type: type, Members: PublicMembers(type)))
            .Where(found => found.Members.Count > MostMembers)
            .Select(found => $"{found.Type.FullName} has {found.Members.Count}: {string.Join(", ", found.Members)}")];
        Assert.True(large.Count == 0, string.Join(Environment.NewLine, large));
    }

    [Trait("Lane", "Slow")]
    [Fact]
    public void AClassLiesInFewFiles() => Assert.All(
        RuntimeRooms.Current.Files, type => Assert.True(type.Value.Count <= MostFiles, $"{type.Key} lies in {type.Value.Count} files."));

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null
        || type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null;

    /// <summary>What a type declares for its callers, each overload for itself; what it only overrides is known already.</summary>
    private static List<string> PublicMembers(Type type) =>
    [
        .. type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(member => member switch
            {
                MethodInfo method => !method.IsSpecialName && method.GetBaseDefinition() == method,
                ConstructorInfo => false,
                TypeInfo => false,
                _ => true,
            })
            .Where(member => !member.IsDefined(typeof(CompilerGeneratedAttribute)))
            .Select(member => member.Name),
    ];
}
