using BayesGen.Tests.Support;
using Microsoft.CodeAnalysis;

namespace BayesGen.Tests.Docs;

/// <summary>Every recipe of the cookbook compiles as it stands, runs to its end, and prints what the page says.</summary>
[Trait("Lane", "Slow")]
public sealed class CookbookTests
{
    private const string Cookbook = "docs/cookbook.md";

    private static readonly Recipe Example = new(
        "An example", new DocumentedProgram(1, [""]), "...\nepoch 2/2  fit 0.50\naccuracy 95.0 %, 1,000 examples");

    public static TheoryData<string> Titles => [.. Recipe.Of(DocumentedPages.Read(Cookbook)).Select(recipe => recipe.Title)];

    [Fact]
    public void TheCookbookHasTenRecipes() => Assert.True(Titles.Count >= 10, $"{Titles.Count} recipes were found.");

    [Theory]
    [MemberData(nameof(Titles))]
    public void ARecipePrintsWhatThePageSays(string title)
    {
        var page = DocumentedPages.Read(Cookbook);
        var recipe = Recipe.Of(page).Single(recipe => recipe.Title == title);
        var output = GeneratorHarness.Run(DocumentedCompilation.Of(page, recipe.Program, DocumentedCompilation.SharedUsings)).Output;
        var folder = Directory.CreateTempSubdirectory("bayesgen-recipe-");
        try
        {
            var program = Path.Combine(folder.FullName, "Recipe.dll");
            var emitted = output.Emit(program);
            Assert.True(emitted.Success, string.Join('\n', DocumentedCompilation.Errors(output)));
            var printed = SecondProcess.Output(RecipeProcess.Argument, program, folder.FullName);
            var difference = recipe.Difference(printed);
            Assert.True(difference is null, difference);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("epoch 1/2  fit 0.9\nepoch 2/2  fit 0.51\naccuracy 94.1 %, 1,000 examples")]
    [InlineData("epoch 2/2 fit 0.48\naccuracy 96 %, 1000 examples")]
    public void RoundingIsNoDifference(string printed) => Assert.Null(Example.Difference(printed));

    [Theory]
    [InlineData("epoch 1/2  fit 0.9\nepoch 2/2  fit 0.51")]
    [InlineData("epoch 2/2  fit 0.51\nprecision 94.1 %, 1,000 examples")]
    [InlineData("epoch 2/2  fit 0.51\naccuracy 9.5 %, 1,000 examples")]
    [InlineData("epoch 2/2  fit NaN\naccuracy 95.0 %, 1,000 examples")]
    [InlineData("epoch 2/2  fit 0.51\naccuracy 95.0 %, 1,000 examples\nand more")]
    public void AnotherTextIsADifference(string printed) => Assert.NotNull(Example.Difference(printed));
}
