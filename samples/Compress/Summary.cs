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

    /// <summary>Between the C# file and Torch, over all test images.</summary>
    public required double MaxDifference { get; init; }

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, "summary.json"), JsonSerializer.Serialize(this, Format));

    /// <summary>The table.</summary>
    /// <param name="weightsDense">The weights of the dense network.</param>
    /// <param name="weightsCompact">The weights of what is left.</param>
    /// <param name="bytesTorch">The bytes that a program brings to run Torch.</param>
    public string Table(long weightsDense, long weightsCompact, long bytesTorch) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
                    weights      bytes   bytes to deploy   us, batch 1   us, batch 128   accuracy
        dense    {weightsDense,10:N0} {BytesDense,10:N0} {BytesDense + bytesTorch,17:N0} {Dense1,13:F1} {Dense128,15:F0} {AccuracyDense,10:P2}
        compact  {weightsCompact,10:N0} {BytesCompact,10:N0} {BytesCompact + bytesTorch,17:N0} {Compact1,13:F1} {Compact128,15:F0} {AccuracyCompact,10:P2}
        C# file  {weightsCompact,10:N0} {BytesCsharp,10:N0} {BytesCsharp,17:N0} {Csharp1,13:F1} {"",15} {AccuracyCsharp,10:P2}
        """);
}
