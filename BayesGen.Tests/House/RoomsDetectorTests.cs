using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.Tests.House;

/// <summary>
/// What <see cref="RoomsTests"/> looks for is found where it is: two rooms compiled here, of which the lower one looks up.
/// </summary>
public sealed class RoomsDetectorTests : IDisposable
{
    private const string Top = """
        namespace House.Top
        {
            public class Roof { public static int Height => House.Ground.Floor.Height + 1; }
        }
        """;

    private const string Ground = """
        namespace House.Ground
        {
            public sealed class Floor { public static int Height => 0; }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-rooms").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ArrowsDownAreNoCycle()
    {
        var rooms = Compiled(Ground);
        Assert.Equal([("Top", "Ground")], rooms.Arrows.Keys);
        Assert.Equal([], rooms.RoomCycles());
        Assert.Equal([["Ground"], ["Top"]], rooms.Floors());
    }

    [Theory]
    [InlineData("public int Up() => House.Top.Roof.Height;", "in a body")]
    [InlineData("private House.Top.Roof roof;", "as a field")]
    [InlineData("public System.Collections.Generic.List<House.Top.Roof[]> Roofs() => null;", "within another type")]
    [InlineData("private sealed class Beam { public object Up() => new House.Top.Roof(); }", "in a nested class")]
    [InlineData("public System.Func<int> Up() => () => House.Top.Roof.Height;", "in a lambda")]
    [InlineData("public T Up<T>() where T : House.Top.Roof => default;", "as a constraint")]
    public void AnArrowUpIsACycle(string member, string where)
    {
        var rooms = Compiled(Ground.Replace("public static", $"{member} public static", StringComparison.Ordinal));
        Assert.True(rooms.RoomCycles() is [["Ground", "Top"]], where);

        // No room stands above all that it uses, so none is drawn.
        Assert.Equal([], rooms.Floors());
    }

    [Fact]
    public void FilesOfOneRoomThatNeedEachOtherAreFound()
    {
        var rooms = Of(
            ("Ground/A.cs", "namespace House.Ground; public class A { public B Other; }"),
            ("Ground/B.cs", "namespace House.Ground; public class B { public C Next; }"),
            ("Ground/C.cs", "namespace House.Ground; public class C { public A First() => null; }"),
            ("Ground/D.cs", "namespace House.Ground; public class D { public A First() => null; }"));
        Assert.Equal([["Ground/A.cs", "Ground/B.cs", "Ground/C.cs"]], rooms.FileCycles());
    }

    private RuntimeRooms Compiled(string ground) => Of(("Top/Roof.cs", Top), ("Ground/Floor.cs", ground));

    private RuntimeRooms Of(params (string Name, string Text)[] sources)
    {
        var path = Path.Combine(_folder, "House.dll");
        var result = CSharpCompilation.Create(
            "House",
            sources.Select(source => CSharpSyntaxTree.ParseText(source.Text, path: source.Name)),
            [
                MetadataReference.CreateFromFile(typeof(object).Assembly.Location),
                MetadataReference.CreateFromFile(Path.Combine(
                    Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System.Runtime.dll")),
            ],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release)).Emit(path);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return new RuntimeRooms(sources, path);
    }
}
