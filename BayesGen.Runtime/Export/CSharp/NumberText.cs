using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using BayesGen.Compression;
using BayesGen.Export.Emitted;

namespace BayesGen.Export;

/// <summary>Numbers as C# text that makes them, and what it makes.</summary>
/// <param name="format">How weights are written.</param>
/// <param name="bits">The bit widths of <see cref="WeightFormat.Bits"/>.</param>
internal sealed class NumberText(WeightFormat format, BitWidths? bits)
{
    /// <summary>Smaller ones are not worth a scale.</summary>
    private const int LeastCount = 32;

    /// <summary>Weights in the format that was asked for.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="rows">The number of rows, each of which has a scale of its own.</param>
    /// <param name="key">The key whose bit width counts.</param>
    /// <returns>The text, the numbers, and the regions that the text needs.</returns>
    public (string Text, float[] Values, string Region) Weight(float[] values, int rows, string? key)
    {
        if (format == WeightFormat.Int8 && values.Length >= LeastCount)
            return Int8(values, rows);
        return Exact(values, key);
    }

    /// <summary>The same for rows of several lengths.</summary>
    /// <param name="values">The numbers, row by row.</param>
    /// <param name="counts">How many each row has.</param>
    /// <param name="key">The key whose bit width counts.</param>
    public (string Text, float[] Values, string Region) Rows(float[] values, int[] counts, string? key)
    {
        if (format != WeightFormat.Int8 || values.Length < LeastCount)
            return Exact(values, key);
        int[] rows = [.. counts.SelectMany((count, row) => Enumerable.Repeat(row, count))];
        var (bytes, scales) = Scaled(values, counts.Length, i => rows[i]);
        return ($"RoundedRows({Literal(bytes)}, {Floats(scales).Text}, {Gaps(counts)})",
            NumberKernels.RoundedRows(Utf8(bytes), scales, counts), "RoundedRows");
    }

    private (string Text, float[] Values, string Region) Exact(float[] values, string? key)
    {
        if (format == WeightFormat.Bits && key is not null && bits?.Of(key) is { } width && values.Length >= LeastCount)
            return Packed(values, width.FractionBits);
        return Floats(values);
    }

    public static (string Text, float[] Values, string Region) Floats(float[] values)
    {
        var bytes = new byte[4 * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
        var text = Literal(bytes);
        return ($"Floats({text})", values, "Floats");
    }

    /// <summary>Whole numbers that are not negative.</summary>
    public static string Gaps(IReadOnlyList<int> numbers)
    {
        var bytes = new List<byte>();
        foreach (var number in numbers)
        {
            var rest = number;
            for (; rest >= 128; rest >>= 7)
                bytes.Add((byte)(rest & 127 | 128));
            bytes.Add((byte)rest);
        }

        return $"Gaps({Literal([.. bytes])})";
    }

    /// <summary>A number as C# writes it, such that it is read as the same.</summary>
    public static string Of(double number) => double.IsPositiveInfinity(number) ? "float.PositiveInfinity"
        : double.IsNegativeInfinity(number) ? "float.NegativeInfinity"
        : $"{((float)number).ToString("R", CultureInfo.InvariantCulture)}f";

    public static string Of(IReadOnlyList<int> numbers) => $"[{string.Join(", ", numbers)}]";

    private static (string Text, float[] Values, string Region) Int8(float[] values, int rows)
    {
        var (bytes, scales) = Scaled(values, rows, i => (int)((long)i * rows / values.Length));
        var text = Literal(bytes);
        return ($"Rounded({text}, {Floats(scales).Text})", NumberKernels.Rounded(Utf8(bytes), scales), "Rounded");
    }

    /// <summary>Numbers as multiples of the scale of their row.</summary>
    private static (byte[] Bytes, float[] Scales) Scaled(float[] values, int rows, Func<int, int> rowOf)
    {
        var (bytes, scales) = (new byte[values.Length], new float[rows]);
        for (var i = 0; i < values.Length; i++)
            scales[rowOf(i)] = Math.Max(scales[rowOf(i)], Math.Abs(values[i]) / 127);
        for (var i = 0; i < values.Length; i++)
            bytes[i] = (byte)(sbyte)(scales[rowOf(i)] is var scale && scale == 0 ? 0
                : Math.Clamp(MathF.Round(values[i] / scale), -127, 127));
        return (bytes, scales);
    }

    private static (string Text, float[] Values, string Region) Packed(float[] values, int fractionBits)
    {
        var step = Math.ScaleB(1, -fractionBits);
        long[] numbers = [.. values.Select(value => (long)Math.Floor(value / step + 0.5))];
        var low = numbers.Min();
        var width = 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(numbers.Max() - low));
        if (width is 0 or > 24)
            return Floats([.. numbers.Select(number => (float)(number * step))]);
        var bytes = new byte[((long)numbers.Length * width + 7) / 8];
        for (var i = 0; i < numbers.Length; i++)
            for (var bit = 0; bit < width; bit++)
            {
                var place = (long)i * width + bit;
                bytes[place >> 3] |= (byte)(((numbers[i] - low) >> bit & 1) << (int)(place & 7));
            }

        var scale = step.ToString("R", CultureInfo.InvariantCulture);
        return (
            $"Packed({Literal(bytes)}, {numbers.Length}, {width}, {low}, {scale})",
            NumberKernels.Packed(Utf8(bytes), numbers.Length, width, low, step), "Packed");
    }

    private static byte[] Utf8(byte[] bytes) => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));

    /// <summary>Bytes as a literal of base64, in lines where it is long.</summary>
    private static string Literal(byte[] bytes)
    {
        const int Line = 120;
        var text = Convert.ToBase64String(bytes);
        if (text.Length <= Line)
            return $"\"{text}\"u8";
        var lines = new StringBuilder("\"\"\"\n");
        for (var at = 0; at < text.Length; at += Line)
            lines.Append("        ").Append(text.AsSpan(at, Math.Min(Line, text.Length - at))).Append('\n');
        return lines.Append("        \"\"\"u8").ToString();
    }
}
