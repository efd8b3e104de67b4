using System.Globalization;

namespace BayesGen.Prediction;

/// <summary>How often each class was taken for each, and the rates that follow. Plain numbers.</summary>
public sealed class ConfusionMatrix
{
    private const int Shown = 20;

    private ConfusionMatrix(int[][] counts) => Counts = counts;

    /// <summary>For each target class, how many of its examples were given each class.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Counts { get; }

    /// <summary>The number of classes.</summary>
    public int Classes => Counts.Count;

    /// <summary>The number of examples.</summary>
    public int Count => Counts.Sum(row => row.Sum());

    /// <summary>The part of examples that were given their class.</summary>
    public double Accuracy => (double)Enumerable.Range(0, Classes).Sum(c => Counts[c][c]) / Count;

    /// <summary>The mean F1 of the classes that occur, as targets or as answers: each class counts alike, however rare.</summary>
    public double MacroF1 => Enumerable.Range(0, Classes).Select(F1).Where(f1 => !double.IsNaN(f1)).Average();

    /// <summary>The F1 over all examples together. Where every example has one class and is given one it is the accuracy.</summary>
    public double MicroF1 => Accuracy;

    /// <summary>Of the examples that were given a class, the part that have it; NaN where none were.</summary>
    /// <param name="c">The class.</param>
    public double Precision(int c) => (double)Counts[c][c] / Answers(c);

    /// <summary>Of the examples that have a class, the part that were given it; NaN where none have it.</summary>
    /// <param name="c">The class.</param>
    public double Recall(int c) => (double)Counts[c][c] / Counts[c].Sum();

    /// <summary>
    /// The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN): 0 where a class occurs and is never found, NaN where it is
    /// neither a target nor an answer.
    /// </summary>
    /// <param name="c">The class.</param>
    public double F1(int c) => 2.0 * Counts[c][c] / (Answers(c) + Counts[c].Sum());

    /// <summary>A row for each target class, a column for each answer, then precision, recall and F1 of the class.</summary>
    public override string ToString()
    {
        var width = Math.Max(6, Counts.Max(row => row.Max()).ToString(CultureInfo.InvariantCulture).Length + 1);
        var figures = string.Create(CultureInfo.InvariantCulture, $"accuracy {Accuracy:P1}, macro F1 {MacroF1:F3}");
        if (Classes > Shown)
            return string.Create(CultureInfo.InvariantCulture, $"{Count:N0} examples of {Classes} classes: {figures}");
        return string.Join(
            Environment.NewLine,
            [
                "target" + string.Concat(Enumerable.Range(0, Classes).Select(c => Cell(c))) + "  precision  recall     F1",
                .. Enumerable.Range(0, Classes).Select(c => $"{c,6}" + string.Concat(Counts[c].Select(Cell)) + string.Create(
                    CultureInfo.InvariantCulture, $"{Precision(c),11:F3}{Recall(c),8:F3}{F1(c),7:F3}")),
                figures,
            ]);

        string Cell(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(width);
    }

    /// <summary>Counts.</summary>
    /// <param name="answers">The class that each example was given: <see cref="ClassPrediction.Classes"/>, or decisions.</param>
    /// <param name="targets">The class of each example.</param>
    /// <param name="classes">The number of classes, at least 2.</param>
    /// <exception cref="ArgumentException">There are no examples, the lists differ in length, or a class is none of them.</exception>
    public static ConfusionMatrix Of(IReadOnlyList<int> answers, IReadOnlyList<int> targets, int classes)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (answers.Count != targets.Count || targets.Count == 0)
            throw new ArgumentException(
                $"There are {targets.Count} targets for {answers.Count} answers; expected one for each, and at least one.",
                nameof(targets));
        int[][] counts = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
        for (var i = 0; i < targets.Count; i++)
        {
            Require(targets[i], "target", i, nameof(targets));
            Require(answers[i], "answer", i, nameof(answers));
            counts[targets[i]][answers[i]]++;
        }

        return new ConfusionMatrix(counts);

        void Require(int c, string what, int example, string parameter)
        {
            if (c < 0 || c >= classes)
                throw new ArgumentException(
                    $"The {what} {c} of example {example} is none of the {classes} classes, 0 to {classes - 1}.", parameter);
        }
    }

    private int Answers(int c) => Counts.Sum(row => row[c]);
}
