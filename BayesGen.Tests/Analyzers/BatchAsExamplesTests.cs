using BayesGen.Tests.Support;

namespace BayesGen.Tests.Analyzers;

/// <summary>BG0214.</summary>
public sealed class BatchAsExamplesTests
{
    [Fact]
    public Task ReportsABatchSizeGivenAsTheNumberOfExamples() => AnalyzerAssert.Reports(
        Loop("[|BG0214:a.shape[0]|]"),
        "'a.shape[0]' is the size of a batch, and the divergence is shared by all training examples: give the number of those, "
        + "or it weighs too much by the number of batches");

    [Theory]
    [InlineData("[|BG0214:a.size(0)|]")]
    [InlineData("[|BG0214:(long)b.shape[0]|]")]
    [InlineData("[|BG0214:count|]")]
    [InlineData("[|BG0214:options.BatchSize|]")]
    [InlineData("[|BG0214:batchSize|]")]
    public Task ReportsEveryWayToGiveTheBatchSize(string examples) => AnalyzerAssert.Reports(Loop(examples));

    [Theory]
    [InlineData("x.shape[0]")]
    [InlineData("a.shape[1]")]
    [InlineData("60_000")]
    [InlineData("batches.Count * 32")]
    [InlineData("a.shape[0] * batches.Count")]
    [InlineData("total")]
    public Task AcceptsTheNumberOfExamples(string examples) => AnalyzerAssert.Reports(Loop(examples));

    /// <summary>All examples are one batch here.</summary>
    [Fact]
    public Task AcceptsTheSizeOfAFullBatch() => AnalyzerAssert.Reports(HandStep.In("""
        for (var i = 0; i < 100; i++)
        {
            using var draw = model.Draw();
            draw.Backward(loss.Aggregate([nn.functional.cross_entropy(model.call(x), y)], [loss.Divergence(draw)], 1, x.shape[0]).Total);
            optimizer.step();
        }
        """));

    private static string Loop(string examples) => HandStep.In($$"""
        var options = new TrainerOptions { BatchSize = 32 };
        const int batchSize = 32;
        long total = x.shape[0];
        Sized(batchSize);
        foreach (var (a, b) in batches)
        {
            var count = a.shape[0];
            using var draw = model.Draw();
            var fit = nn.functional.cross_entropy(model.call(a), b);
            draw.Backward(loss.Aggregate([fit], [loss.Divergence(draw)], 1, {{examples}}).Total);
            optimizer.step();
        }

        static void Sized(int batchSize) { }
        """);
}
