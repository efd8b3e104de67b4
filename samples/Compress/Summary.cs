using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CompressSample;

/// <summary>What a run came to; written as <c>summary.json</c>.</summary>
public sealed record Summary
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    public required double AccuracyDense { get; init; }

    public required double AccuracyCompact { get; init; }

    public required double AccuracyCsharp { get; init; }

    /// <summary>Of the plain network as it was, as a file.</summary>
    public required long BytesDense { get; init; }

    /// <summary>Of what is left of it.</summary>
    public required long BytesCompact { get; init; }

    /// <summary>Of the C# file, which needs nothing else.</summary>
    public required long BytesCsharp { get; init; }

    [JsonPropertyName("us_dense_1")]
    public required double Dense1 { get; init; }

    [JsonPropertyName("us_compact_1")]
    public required double Compact1 { get; init; }

    [JsonPropertyName("us_csharp_1")]
    public required double Csharp1 { get; init; }

    [JsonPropertyName("us_dense_128")]
    public required double Dense128 { get; init; }

    [JsonPropertyName("us_compact_128")]
    public required double Compact128 { get; init; }

    /// <summary>Of the table alone.</summary>
    [JsonIgnore]
    public double Csharp128 { get; init; }

    /// <summary>Between the C# file and Torch, over all test images.</summary>
    public required double MaxDifference { get; init; }

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, "summary.json"), JsonSerializer.Serialize(this, Format));

    /// <summary>The table.</summary>
    /// <param name="weightsDense">The weights of the dense network.</param>
    /// <param name="weightsCompact">The weights of what is left.</param>
    /// <param name="bytesTorch">The bytes that a program brings to run Torch.</param>
    public string Table(long weightsDense, long weightsCompact, long bytesTorch)
    {
        return string.Join(
            '\n',
            "            weights      bytes   bytes to deploy   us, batch 1   us, batch 128   accuracy",
            Line("dense", weightsDense, BytesDense, BytesDense + bytesTorch, Dense1, Dense128, AccuracyDense),
            Line("compact", weightsCompact, BytesCompact, BytesCompact + bytesTorch, Compact1, Compact128, AccuracyCompact),
            Line("C# file", weightsCompact, BytesCsharp, BytesCsharp, Csharp1, Csharp128, AccuracyCsharp));

        static string Line(string name, long weights, long bytes, long deployed, double one, double many, double accuracy) =>
            string.Create(CultureInfo.InvariantCulture,
                $"{name,-9}{weights,10:N0} {bytes,10:N0} {deployed,17:N0} {one,13:F1} {many,15:F0} {accuracy,10:P2}");
    }
}
