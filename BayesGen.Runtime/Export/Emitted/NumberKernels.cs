namespace BayesGen.Export.Emitted;

/// <summary>Weights as the text of a file holds them; see <see cref="DenseKernels"/>.</summary>
internal static class NumberKernels
{
    #region Bytes
    /// <summary>What stands in base64.</summary>
    internal static byte[] Bytes(ReadOnlySpan<byte> text)
    {
        var (letters, count) = (new byte[text.Length], 0);
        foreach (var letter in text)
            if (letter > ' ')
                letters[count++] = letter;
        var bytes = new byte[count];
        global::System.Buffers.Text.Base64.DecodeFromUtf8(letters.AsSpan(0, count), bytes, out _, out var written);
        return bytes[..written];
    }
    #endregion

    #region Floats : Bytes
    /// <summary>Numbers of 32 bits, the lowest byte first.</summary>
    internal static float[] Floats(ReadOnlySpan<byte> text)
    {
        var bytes = Bytes(text);
        var numbers = new float[bytes.Length / 4];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = global::System.Buffers.Binary.BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4 * i));
        return numbers;
    }
    #endregion

    #region Rounded : Bytes, Floats
    /// <summary>Numbers of 8 bits, times a scale for each row.</summary>
    internal static float[] Rounded(ReadOnlySpan<byte> text, float[] scales)
    {
        var bytes = Bytes(text);
        var numbers = new float[bytes.Length];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = unchecked((sbyte)bytes[i]) * scales[(int)((long)i * scales.Length / numbers.Length)];
        return numbers;
    }
    #endregion

    #region RoundedRows : Bytes, Floats
    /// <summary>Numbers of 8 bits in rows of some lengths, times a scale for each row.</summary>
    internal static float[] RoundedRows(ReadOnlySpan<byte> text, float[] scales, int[] counts)
    {
        var bytes = Bytes(text);
        var numbers = new float[bytes.Length];
        for (int row = 0, i = 0; row < counts.Length; row++)
            for (var end = i + counts[row]; i < end; i++)
                numbers[i] = unchecked((sbyte)bytes[i]) * scales[row];
        return numbers;
    }
    #endregion

    #region Packed : Bytes
    /// <summary>Whole numbers from low on, of some bits each, times a step.</summary>
    internal static float[] Packed(ReadOnlySpan<byte> text, int count, int bits, long low, double step)
    {
        var bytes = Bytes(text);
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            long value = 0;
            for (var bit = 0; bit < bits; bit++)
            {
                var place = (long)i * bits + bit;
                value |= (long)(bytes[place >> 3] >> (int)(place & 7) & 1) << bit;
            }

            numbers[i] = (float)((value + low) * step);
        }

        return numbers;
    }
    #endregion

    #region Gaps : Bytes
    /// <summary>Whole numbers that are not negative, 7 bits in a byte, the lowest first.</summary>
    internal static int[] Gaps(ReadOnlySpan<byte> text)
    {
        var numbers = new List<int>();
        var (value, shift) = (0, 0);
        foreach (var part in Bytes(text))
        {
            value |= (part & 127) << shift;
            shift += 7;
            if (part >= 128)
                continue;
            numbers.Add(value);
            (value, shift) = (0, 0);
        }

        return numbers.ToArray();
    }
    #endregion

    #region Places : Gaps
    /// <summary>Places from how far each is behind the one before it.</summary>
    internal static int[] Places(int[] gaps)
    {
        for (var i = 1; i < gaps.Length; i++)
            gaps[i] += gaps[i - 1];
        return gaps;
    }
    #endregion
}
