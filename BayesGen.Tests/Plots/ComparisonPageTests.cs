using BayesGen.Plots;

namespace BayesGen.Tests.Plots;

/// <summary>Several models on one page.</summary>
public sealed class ComparisonPageTests
{
    /// <summary>1,000 answers, of which some are wrong: the least sure ones, or any.</summary>
    [Theory]
    [InlineData("Knowing errs least; Knowing knows best where it errs.", 100, 300, true)]
    [InlineData("1,000 examples do not tell the best two apart; Knowing knows best where it errs.", 100, 101, true)]
    [InlineData("None knows where it errs.", 100, 300, false)]
    public void TheVerdictNamesWhoErrsLeastAndWhoKnows(string headline, int wrong, int others, bool knows)
    {
        var comparison = Comparison.Of(("Knowing", Of(wrong, knows)), ("Blind", Of(others, knows: false)));
        Assert.Equal(headline, ComparisonChart.Draw(comparison).Verdict!.Headline);
    }

    [Fact]
    public void ThePageHasATableWithTheBestModelPointedOut()
    {
        var comparison = Comparison.Of(("Blind", Of(300, knows: false)), ("<Knowing>", Of(100, knows: true)));
        var page = new RunReport("Two models").Comparison(comparison).ToHtml();
        Assert.Contains("<tr class=\"chosen\">\n<th scope=\"row\">&lt;Knowing&gt;</th>\n<td>0.9</td>", page);
        Assert.Contains("knows best where it errs.", page);
        Assert.DoesNotContain("<Knowing>", page);
    }

    /// <summary>It refused a seventh, and with it the whole page of a run.</summary>
    [Fact]
    public void APageHoldsMoreModelsThanColors()
    {
        var evaluation = Of(100, knows: true);
        var comparison = Comparison.Of([.. Enumerable.Range(1, 20).Select(i => ($"model {i}", evaluation))]);
        var page = new RunReport("Many models").Comparison(comparison).ToHtml();
        Assert.Contains("model 20", page);
    }

    /// <summary>Two classes, all targets 0; confidence falls from 0.99 to 0.51.</summary>
    private static ClassEvaluation Of(int wrong, bool knows)
    {
        const int Count = 1_000;
        var every = Count / wrong;
        double[][] probabilities =
        [
            .. Enumerable.Range(0, Count).Select(i =>
            {
                var isWrong = knows ? i >= Count - wrong : i % every == 0 && i / every < wrong;
                var confidence = 0.99 - 0.48 * i / Count;
                return isWrong ? new[] { 1 - confidence, confidence } : [confidence, 1 - confidence];
            }),
        ];
        using var all = torch.tensor(probabilities.SelectMany(row => row).ToArray(), [Count, 2]);
        using var logits = all.log();
        return ClassEvaluation.Of(ClassPrediction.Of(logits), [.. Enumerable.Repeat(0, Count)]);
    }
}
