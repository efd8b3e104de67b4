namespace BayesGen.Tests.Docs;

/// <summary>Every command of every page names what is there: a project, its options, a script, tests that a filter matches.</summary>
public sealed class CommandTests
{
    public static TheoryData<string> Pages => [.. DocumentedPages.All];

    [Theory]
    [MemberData(nameof(Pages))]
    public void EveryCommandOfAPageCanBeGiven(string page) =>
        Assert.Equal([], PageCommands.Of(File.ReadAllText(Path.Combine(DocumentedPages.Root, page))).SelectMany(PageCommands.Faults));

    [Fact]
    public void ThePagesHaveCommands() => Assert.True(
        DocumentedPages.All.Sum(page => PageCommands.Of(File.ReadAllText(Path.Combine(DocumentedPages.Root, page))).Count()) > 60);

    [Theory]
    [InlineData("dotnet run -c Release --project samples/Nowhere", "samples/Nowhere has no project")]
    [InlineData("dotnet run -c Release --project samples/Mnist -- --nothing", "samples/Mnist has no option --nothing")]
    [InlineData("dotnet test -c Release --filter \"FullyQualifiedName~NoSuchTest\"", "no test is called NoSuchTest")]
    [InlineData("dotnet new bayesgen --kind nothing", "the template has no nothing")]
    [InlineData("dotnet bild", "dotnet has no bild")]
    [InlineData("build/nowhere.sh", "build/nowhere.sh is not there")]
    [InlineData("bench/distributed.sh juggle", "bench/distributed.sh knows no juggle")]
    public void ACommandThatCannotBeGivenIsFound(string command, string expected)
    {
        Assert.Equal([expected], PageCommands.Of($"```sh\n{command}   # to see\n```").SelectMany(PageCommands.Faults));
        Assert.Equal([expected], PageCommands.Of($"Start `{command}` now.").SelectMany(PageCommands.Faults));
    }

    [Fact]
    public void TwoCommandsOfALineAreBothFound() => Assert.Equal(
        ["dotnet has no bild", "samples/Nowhere has no project"],
        PageCommands.Of("```sh\ndotnet bild && dotnet run --project samples/Nowhere\n```").SelectMany(PageCommands.Faults));
}
