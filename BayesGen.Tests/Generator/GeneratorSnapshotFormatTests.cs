using System.Text;
using BayesGen.Tests.Support;
using Xunit.Sdk;

namespace BayesGen.Tests.SourceGenerator;

/// <summary>The comparison itself: every way in which a snapshot can be wrong fails.</summary>
public sealed class GeneratorSnapshotFormatTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AnEqualFilePasses()
    {
        Write("T.M#A.g.verified.cs", "//HintName: A.g.cs\nclass A;\n");
        Compare(("A.g.cs", "class A;\n"));
    }

    [Fact]
    public void ChangedTextFailsAndSaysWhere()
    {
        Write("T.M#A.g.verified.cs", "//HintName: A.g.cs\nclass A;\n");
        Assert.Contains("Line 2 differs:\n  - class A;\n  + class B;", Failure(("A.g.cs", "class B;\n")));
        Assert.True(File.Exists(Path.Combine(_folder, "T.M#A.g.received.cs")));
    }

    [Fact]
    public void AMissingFileFails() => Assert.Contains("no verified file", Failure(("A.g.cs", "class A;\n")));

    [Fact]
    public void AMissingLastLineEndFails()
    {
        Write("T.M#A.g.verified.cs", "//HintName: A.g.cs\nclass A;");
        Assert.Contains("Line 3 differs", Failure(("A.g.cs", "class A;\n")));
    }

    [Fact]
    public void ASnapshotWithoutAGeneratedFileFails()
    {
        Write("T.M#Gone.g.verified.cs", "//HintName: Gone.g.cs\n");
        Assert.Contains("No generated file belongs to", Failure());
    }

    [Fact]
    public void ACarriageReturnFails()
    {
        Write("T.M#A.g.verified.cs", "//HintName: A.g.cs\nclass A;\r\n");
        Assert.Contains("carriage return", Failure(("A.g.cs", "class A;\r\n")));
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text, new UTF8Encoding(true));

    private void Compare(params (string, string)[] sources) => Snapshot.Verify(sources, _folder, "T.M");

    private string Failure(params (string, string)[] sources) => Assert.Throws<TrueException>(() => Compare(sources)).Message;
}
