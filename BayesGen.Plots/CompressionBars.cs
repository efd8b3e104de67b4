using System.Globalization;
using BayesGen.Plots.Verdicts;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace BayesGen.Plots;

/// <summary>A network in one of its forms.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Bytes">The bytes of its file; positive.</param>
/// <param name="Microseconds">The time of one example; positive.</param>
/// <param name="Accuracy">The part of test examples that it gets right, 0 to 1.</param>
public sealed record NetworkForm(string Name, long Bytes, double Microseconds, double Accuracy);

/// <summary>What compression brings: bytes and time of a network in several forms.</summary>
public static class CompressionBars
{
    /// <summary>Bars of the bytes and of the time of each form, on logarithmic axes; its accuracy stands below its name.</summary>
    /// <param name="forms">The forms, in their order.</param>
    /// <exception cref="ArgumentException">There is no form, or a number is out of its range.</exception>
    public static Chart Draw(IReadOnlyList<NetworkForm> forms)
    {
        ArgumentNullException.ThrowIfNull(forms);
        if (forms.Count == 0)
            throw new ArgumentException("There is no form of the network to draw.", nameof(forms));
        if (forms.Any(form => form is not { Bytes: > 0, Microseconds: > 0, Accuracy: >= 0 and <= 1 }))
            throw new ArgumentException(
                "A form has no bytes, takes no time, or has an accuracy that is not between 0 and 1.", nameof(forms));
        NetworkForm[] all = [.. forms];
        return new Chart(
            "What is left of the network",
            string.Join(" ", all.Select(form => string.Create(
                CultureInfo.InvariantCulture,
                $"{form.Name}: {form.Bytes:N0} bytes, {form.Microseconds:G3} microseconds, accuracy {form.Accuracy * 100:F1} %."))),
            2, 900, 420,
            theme =>
            [
                Bars(theme, "Bytes on disk", "bytes", all, form => form.Bytes),
                Bars(theme, "Time of one image", "microseconds", all, form => form.Microseconds),
            ])
        {
            Verdict = CompressionVerdict.Of(all),
        };
    }

    private static Plot Bars(ChartTheme theme, string title, string unit, NetworkForm[] forms, Func<NetworkForm, double> value)
    {
        var plot = Panel.New(theme, title, "", unit);
        var heights = forms.Select(form => Math.Log10(value(form))).ToArray();
        var floor = Math.Floor(heights.Min() - 0.2);
        plot.Add.Bars(heights.Select((height, i) => new Bar
        {
            Position = i, Value = height, ValueBase = floor, Size = 0.6, FillColor = ChartTheme.Of(theme.Blue), LineWidth = 0,
        }).ToArray());
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. forms.Select((_, i) => (double)i)],
            [.. forms.Select(form => string.Create(CultureInfo.InvariantCulture, $"{form.Name}\n{form.Accuracy * 100:F1} %"))]);
        var top = Math.Ceiling(heights.Max() + 0.1);
        double[] powers = [.. Enumerable.Range((int)floor, (int)(top - floor) + 1).Select(power => (double)power)];
        plot.Axes.Left.TickGenerator = new NumericManual(
            powers, [.. powers.Select(power => Math.Pow(10, power).ToString("#,0.####", CultureInfo.InvariantCulture))]);
        plot.Axes.SetLimits(-0.6, forms.Length - 0.4, floor, top);
        return plot;
    }
}
