using System.Buffers.Binary;
using System.Text;

namespace BayesGen.Tests.Resilience;

/// <summary>Ways to damage a safetensors file, by accident or on purpose.</summary>
internal static class FileMutation
{
    private static readonly (string Name, Func<byte[], Random, byte[]> Damage)[] All =
    [
        ("a flipped bit", FlipBit),
        ("a flipped bit in the header", (bytes, random) => FlipBitAt(bytes, random.Next(8 + HeaderOf(bytes)), random)),
        ("cut off", (bytes, random) => bytes[..random.Next(bytes.Length)]),
        ("something behind it", (bytes, random) => [.. bytes, .. Some(random, random.Next(1, 600))]),
        ("a lost sector", LoseSector),
        ("bytes left out", LeaveOut),
        ("bytes put in", PutIn),
        ("two stretches of data changed places", SwapData),
        ("two tensors changed places in the header", SwapEntries),
        ("the length of the header", ChangeLength),
        ("a key twice", RepeatKey),
        ("nested without end", Nest),
        ("a number near the end of the numbers", ChangeNumber),
        ("a header of very many entries", ManyEntries),
        ("another digit", ChangeDigit),
        ("a JSON value of another kind", ChangeKind),
    ];

    public static int Kinds => All.Length;

    /// <summary>Damages a copy of a file.</summary>
    public static (string Name, byte[] Bytes) Apply(byte[] bytes, int kind, Random random)
    {
        var (name, damage) = All[kind % All.Length];
        return (name, damage(bytes.ToArray(), random));
    }

    /// <summary>The same file without what BayesGen writes into it: a foreign one.</summary>
    public static byte[] WithoutMetadata(byte[] bytes)
    {
        var header = Header(bytes);
        var start = header.IndexOf("\"__metadata__\"", StringComparison.Ordinal);
        var end = header.IndexOf("},", start, StringComparison.Ordinal) + 2;
        return With(bytes, header.Remove(start, end - start));
    }

    private static byte[] FlipBit(byte[] bytes, Random random) => FlipBitAt(bytes, random.Next(bytes.Length), random);

    private static byte[] FlipBitAt(byte[] bytes, int at, Random random)
    {
        bytes[at] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] LoseSector(byte[] bytes, Random random)
    {
        var start = random.Next(bytes.Length / 512 + 1) * 512;
        Array.Clear(bytes, Math.Min(start, bytes.Length - 1), Math.Min(512, bytes.Length - Math.Min(start, bytes.Length - 1)));
        return bytes;
    }

    private static byte[] LeaveOut(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 40))..]];
    }

    private static byte[] PutIn(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        return [.. bytes[..at], .. Some(random, random.Next(1, 40)), .. bytes[at..]];
    }

    private static byte[] SwapData(byte[] bytes, Random random)
    {
        var start = 8 + HeaderOf(bytes);
        var length = Math.Min(64, (bytes.Length - start) / 2);
        var first = start + random.Next((bytes.Length - start) / 2 - length + 1);
        var second = start + (bytes.Length - start) / 2 + random.Next((bytes.Length - start) / 2 - length + 1);
        var kept = bytes[first..(first + length)];
        Array.Copy(bytes, second, bytes, first, length);
        kept.CopyTo(bytes, second);
        return bytes;
    }

    private static byte[] SwapEntries(byte[] bytes, Random random)
    {
        var header = Header(bytes);
        var places = PlacesOf(header, "\"data_offsets\":[");
        var (i, j) = (random.Next(places.Count - 1), random.Next(places.Count - 1));
        var (one, other) = (places[Math.Min(i, j)], places[Math.Max(i, j) + 1]);
        string first = Until(header, one, ']'), second = Until(header, other, ']');
        return With(bytes, header[..one] + second + header[(one + first.Length)..other] + first + header[(other + second.Length)..]);
    }

    private static byte[] ChangeLength(byte[] bytes, Random random)
    {
        long[] lengths =
        [
            long.MaxValue, long.MaxValue - 7, long.MinValue, -1, 0, 1, 2, 1L << 40, 99_999_999, int.MaxValue, HeaderOf(bytes) - 1,
            HeaderOf(bytes) + 1,
            HeaderOf(bytes) + 8, bytes.Length, bytes.Length - 8,
        ];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, lengths[random.Next(lengths.Length)]);
        return bytes;
    }

    private static byte[] RepeatKey(byte[] bytes, Random random)
    {
        var header = Header(bytes);
        var places = PlacesOf(header, "},");
        var end = places[random.Next(places.Count)];
        var start = Math.Max(header.LastIndexOf("},", Math.Max(0, end - 3), StringComparison.Ordinal) + 2, 1);
        var entry = header[start..end];
        return With(bytes, header[..end] + entry + header[end..]);
    }

    private static byte[] Nest(byte[] bytes, Random random)
    {
        var depth = random.Next(60, 200_000);
        return random.Next(2) == 0
            ? With(bytes, new string('[', depth) + new string(']', depth))
            : With(bytes,
                Header(bytes).Insert(
                1, "\"nested\":" + string.Concat(Enumerable.Repeat("{\"a\":", depth / 10)) + "1" + new string('}', depth / 10) + ","));
    }

    private static byte[] ChangeNumber(byte[] bytes, Random random)
    {
        var header = Header(bytes);
        var places = PlacesOf(header, random.Next(2) == 0 ? "\"shape\":[" : "\"data_offsets\":[");
        var at = places[random.Next(places.Count)];
        var length = header.AsSpan(at).IndexOfAny(",]");
        string[] numbers =
        [
            "9223372036854775807", "9223372036854775806", "-9223372036854775808", "4611686018427387904", "18446744073709551615",
            "1e308", "-1",
            "0,4611686018427387904,4611686018427387904", "", "1.5", "2147483648",
        ];
        return With(bytes, header[..at] + numbers[random.Next(numbers.Length)] + header[(at + length)..]);
    }

    private static byte[] ManyEntries(byte[] bytes, Random random)
    {
        var more = new StringBuilder();
        for (var i = random.Next(1000, 20_000); i > 0; i--)
            more.Append($"\"more{i}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}},");
        return With(bytes, Header(bytes).Insert(1, more.ToString()));
    }

    private static byte[] ChangeDigit(byte[] bytes, Random random)
    {
        List<int> digits = [.. Enumerable.Range(8, HeaderOf(bytes)).Where(at => char.IsAsciiDigit((char)bytes[at]))];
        var at = digits[random.Next(digits.Count)];
        bytes[at] = (byte)('0' + (bytes[at] - '0' + random.Next(1, 10)) % 10);
        return bytes;
    }

    private static byte[] ChangeKind(byte[] bytes, Random random)
    {
        var header = Header(bytes);
        var places = PlacesOf(header, "\":");
        var at = places[random.Next(places.Count)];
        string[] values = ["null", "[]", "{}", "true", "0", "\"\"", "[[[]]]"];
        var end = header.AsSpan(at).IndexOfAny(",}");
        return With(bytes, header[..at] + values[random.Next(values.Length)] + header[(at + end)..]);
    }

    private static int HeaderOf(byte[] bytes) => (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);

    private static string Header(byte[] bytes) => Encoding.UTF8.GetString(bytes, 8, HeaderOf(bytes));

    /// <summary>The file with another header, whose length is right.</summary>
    private static byte[] With(byte[] bytes, string header)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. bytes[(8 + HeaderOf(bytes))..]];
    }

    private static byte[] Some(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Until(string text, int start, char end) => text[start..text.IndexOf(end, start)];

    /// <summary>Every place right behind a piece of text.</summary>
    private static List<int> PlacesOf(string text, string piece)
    {
        var places = new List<int>();
        for (var at = text.IndexOf(piece, StringComparison.Ordinal); at >= 0; at = text.IndexOf(piece, at + 1, StringComparison.Ordinal))
            places.Add(at + piece.Length);
        return places;
    }
}
