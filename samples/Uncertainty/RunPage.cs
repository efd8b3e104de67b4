using System.Globalization;
using BayesGen;
using BayesGen.Data;
using BayesGen.Plots;
using BayesGen.SampleImages;

namespace UncertaintySample;

/// <summary>The charts of a run, and one page that shows the whole of it.</summary>
public static class RunPage
{
    private const int ExamplesOfAKind = 16;

    /// <returns>The path of the page.</returns>
    public static string Write(Options options, Images images, Report report, TimeSpan time)
    {
        var networks = report.Figures();
        var (bayesian, plain) = (networks[0], networks[1]);
        var page = new RunReport("Digits, and what is none: how sure is the network?")
        {
            Summary = Text($"A Bayesian LeNet-5 answers with the mean over {report.Samples} networks drawn from its posterior; a plain one was trained alike.")
                + " Are they right as often as they say, and do they notice what they have never seen?",
        }
            .Figures([
                ("accuracy", Percent(bayesian.Accuracy)),
                ("negative log-likelihood", Text($"{bayesian.NegativeLogLikelihood:F3}")),
                ("calibration error", Percent(bayesian.ExpectedCalibrationError)),
                .. bayesian.Outside.Select(kind => ($"AUROC, {kind.Name}", Text($"{kind.ByEntropy.Auroc:F3}"))),
            ])
            .Heading("Settings")
            .Facts(
                ("data", (options.IsMnist ? "mnist" : "built-in digits")
                    + Text($": {images.Train.Count:N0} to learn, {images.Test.Count:N0} to judge by")),
                ("digits learned", string.Join(", ", options.TrainOn)),
                ("outside", string.Join("; ", images.Outside.Select(kind => Text($"{kind.Name} ({kind.Data.Count:N0})")))),
                ("training", Text($"{options.Epochs} epochs of Adam, both networks; the Bayesian one plain for the first third")),
                ("seeds", string.Join(", ", options.Seeds) + (report.Seeds > 1 ? "; figures are means, charts those of the first" : "")),
                ("time", Text($"{time.TotalSeconds:F0} s")))
            .Heading("Is it right as often as it says?")
            .Table(
                ["network", "accuracy", "NLL (nats)", "Brier score", "ECE"],
                [
                    .. networks.Select(network => (IReadOnlyList<string>)
                    [
                        network.Name, Percent(network.Accuracy), Text($"{network.NegativeLogLikelihood:F4}"),
                        Text($"{network.BrierScore:F4}"),
                        Text($"{network.ExpectedCalibrationError:F4}"),
                    ]),
                ],
                emphasized: 0)
            .Chart(Save(options.Out, "reliability-bayesian", Reliability(report.Bayesian, "the Bayesian neural network")))
            .Chart(Save(options.Out, "reliability-deterministic", Reliability(report.Deterministic, "the plain network")))
            .Chart(Save(options.Out, "comparison", ComparisonChart.Draw(Comparison.Of(
                ("Bayesian", report.Bayesian.Known), ("plain", report.Deterministic.Known)))))
            .Text("The known digits that the Bayesian neural network is least sure of:")
            .Examples(LeastSure(images.Test, report.Bayesian.Known.Prediction, options.TrainOn))
            .Heading("And when the data shifts?")
            .Text("The same digits, turned: nobody turned one in the training. Both networks err more; which one says so?")
            .Table(
                ["digits turned by", "accuracy", "NLL (nats)", "ECE"],
                [
                    .. bayesian.Turned.SelectMany((turned, i) => networks.Select(network => (IReadOnlyList<string>)
                    [
                        Text($"{turned.Degrees}\u00B0: {network.Name}"), Percent(network.Turned[i].Accuracy),
                        Text($"{network.Turned[i].NegativeLogLikelihood:F3}"), Percent(network.Turned[i].ExpectedCalibrationError),
                    ])),
                ])
            .Heading("Does it notice what is not a digit?")
            .Text("AUROC is the probability that an out-of-distribution image is found more uncertain than a known digit. FPR95 is the false-positive "
                + "rate at a true-positive rate of 95 %: how many of these images pass a limit that 95 % of the known digits pass.")
            .Table(
                ["AUROC / FPR95", "by entropy", "by mutual information", "by confidence"],
                [
                    .. bayesian.Outside.SelectMany((kind, i) => networks.Select(network => (IReadOnlyList<string>)
                    [
                        $"{kind.Name}: {network.Name}", Report.Pair(network.Outside[i].ByEntropy),
                        network.Outside[i].ByMutualInformation is { } both ? Report.Pair(both) : "",
                        Report.Pair(network.Outside[i].ByConfidence),
                    ])),
                ]);
        for (var i = 0; i < images.Outside.Count; i++)
        {
            var (name, data) = images.Outside[i];
            var file = "entropy-" + string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'))
                .Replace("--", "-", StringComparison.Ordinal);
            page = page
                .Heading(Capital(name))
                .Chart(Save(options.Out, file + "-bayesian", Entropies(report.Bayesian, i, options, "the Bayesian neural network")))
                .Chart(Save(options.Out, file + "-deterministic", Entropies(report.Deterministic, i, options, "the plain network")))
                .Text("Some of them, and what the Bayesian neural network reads in them:")
                .Examples(Some(data, report.Bayesian.Outside[i].Result.Prediction, options.TrainOn));
        }

        var path = Path.Combine(options.Out, "report.html");
        page.Save(path);
        return path;
    }

    private static Chart Reliability(Evaluation evaluation, string network)
    {
        var bins = evaluation.Known.ReliabilityBins;
        return ReliabilityDiagram.Draw(
            [.. bins.Select(bin => (long)bin.Count)], [.. bins.Select(bin => bin.Confidence)],
            [.. bins.Select(bin => bin.Accuracy)], network);
    }

    private static Chart Entropies(Evaluation evaluation, int kind, Options options, string network) => EntropyHistograms.Draw(
        evaluation.Known.Prediction.Entropy, evaluation.Outside[kind].Result.Prediction.Entropy,
        "known digits", evaluation.Outside[kind].Name, Math.Log(options.TrainOn.Count), network);

    private static Chart Save(string folder, string name, Chart chart)
    {
        chart.SavePng(Path.Combine(folder, name + ".png"));
        chart.SaveSvg(Path.Combine(folder, name + ".svg"));
        return chart;
    }

    private static List<ReportExample> LeastSure(TensorDataSet data, ClassPrediction prediction, IReadOnlyList<int> digits)
    {
        var targets = data.Targets.data<long>().ToArray();
        return
        [
            .. Enumerable.Range(0, prediction.Count)
                .OrderByDescending(i => prediction.Entropy[i])
                .Take(ExamplesOfAKind)
                .Select(i => Example(data, prediction, digits, i, isRight: prediction.Classes[i] == targets[i])),
        ];
    }

    private static List<ReportExample> Some(TensorDataSet data, ClassPrediction prediction, IReadOnlyList<int> digits) =>
        [.. Enumerable.Range(0, Math.Min(ExamplesOfAKind, prediction.Count))
            .Select(i => Example(data, prediction, digits, i, isRight: null))];

    private static ReportExample Example(TensorDataSet data, ClassPrediction prediction, IReadOnlyList<int> digits, int i, bool? isRight)
    {
        using var image = data.Inputs[i];
        using var row = image.flatten();
        return new ReportExample(
            row.data<float>().ToArray(),
            (int)image.shape[^1],
            Text($"{digits[prediction.Classes[i]]}"),
            Text($"{prediction.Confidence[i] * 100:F0} % sure, entropy {prediction.Entropy[i]:F2}"),
            isRight);
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static string Percent(double part) => Text($"{part * 100:F2} %");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
