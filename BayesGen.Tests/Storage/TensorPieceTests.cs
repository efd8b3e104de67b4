using BayesGen.Tests.Resilience;

namespace BayesGen.Tests;

/// <summary>A tensor is written and read in pieces, since a span ends at 2^31 bytes and a tensor does not.</summary>
public sealed class TensorPieceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;
    private readonly int _longest = TensorBytes.LongestPiece;

    public void Dispose()
    {
        TensorBytes.LongestPiece = _longest;
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The full run has a tensor of more than 2^31 bytes; else the pieces are small.</summary>
    [Fact]
    public void ATensorOfManyPiecesRoundTripsBitForBit()
    {
        using var scope = NewDisposeScope();
        var count = ResilienceScale.IsFull ? (1L << 29) + 1025 : 1025;
        if (!ResilienceScale.IsFull)
            TensorBytes.LongestPiece = 37;
        var path = Path.Combine(_folder, "large.safetensors");
        var saved = arange(count, dtype: ScalarType.Int32);
        WholeFile.Write(path, stream => SafeTensors.Write(stream, [new("small", ones(3)), new("large", saved)], []));
        using var stream = WholeFile.OpenRead(path);
        var (tensors, _) = SafeTensors.Read(path, stream);
        Assert.True(tensors["large"].eq(saved).all().item<bool>());
        Assert.True(tensors["small"].eq(1).all().item<bool>());
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
    }
}
