using System.Security.Cryptography;
using System.Text;
using BayesGen.Serialization;

namespace BayesGen.Compression;

/// <summary>
/// The bytes of a compressed network: four that say what it is and of which version, eight of a SHA-256 over all others, then one stream of
/// bits: the keys and shapes of all tensors, and their numbers.
/// </summary>
/// <remarks>docs/state-files.md describes the bits. <see cref="Code"/> both writes and reads them.</remarks>
internal static class CompressedFile
{
    private const int HashBytes = 8;
    private const int MostTensors = 1 << 20;
    private const int LongestKey = 1 << 12;
    private const int MostDimensions = 64;
    private const int MostShift = 512;

    private static readonly string[] Endings = ["", "weight", "bias", "running_mean", "running_var", "num_batches_tracked"];

    private static ReadOnlySpan<byte> Magic => "BGZ\x01"u8;

    /// <summary>The whole file.</summary>
    public static byte[] Write(IReadOnlyList<CompressedTensor> tensors)
    {
        var coder = new RangeEncoder();
        var code = new NumberCode(coder);
        _ = Header(code, tensors) ?? throw new NotSupportedException(
            "The network cannot be written as a compressed file: a key is longer, a tensor larger, or a number of bits behind the binary "
            + $"point beyond what one holds ({LongestKey} letters, {Array.MaxLength:N0} numbers, {MostShift} bits). Give BitWidths with fewer, "
            + "or use model.Save. Nothing was written.");
        foreach (var tensor in tensors)
            Code(code, tensor);
        var body = coder.Finish();
        return [.. Magic, .. HashOf(body), .. body];
    }

    /// <summary>Reads a file: first what tensors there are, then their numbers.</summary>
    /// <param name="path">Named in errors.</param>
    /// <param name="file">The bytes.</param>
    /// <param name="check">Given the keys and shapes before the numbers are read, which may be many; throws where they do not fit.</param>
    /// <exception cref="StateFileException">The file is cut off, altered, of another version or something else.</exception>
    public static IReadOnlyList<CompressedTensor> Read(
        string path, byte[] file, Action<IReadOnlyList<CompressedTensor>> check)
    {
        RequireMagic(path, file);
        var body = file[(Magic.Length + HashBytes)..];
        if (!file.AsSpan(Magic.Length, HashBytes).SequenceEqual(HashOf(body)))
            throw new StateFileException(path, "its checksum does not match: the file was cut off, altered or damaged.");
        var code = new NumberCode(new RangeDecoder(body));
        var tensors = Header(code, null)
            ?? throw new StateFileException(path, "its keys and shapes are none that BayesGen writes.");
        check(tensors);
        foreach (var tensor in tensors)
            if (!Code(code, tensor))
                throw new StateFileException(path, $"the numbers of '{PlainText.Name(tensor.Key)}' are none that BayesGen writes.");
        return tensors;
    }

    private static void RequireMagic(string path, byte[] file)
    {
        if (file.AsSpan().StartsWith(Magic[..^1]) && file.Length > Magic.Length - 1 && file[Magic.Length - 1] != Magic[^1])
            throw new StateFileException(
                path, $"it has version {file[Magic.Length - 1]} of a compressed network, this BayesGen reads version {Magic[^1]}.");
        if (file.Length < Magic.Length + HashBytes || !file.AsSpan().StartsWith(Magic))
            throw new StateFileException(
                path, ForeignFormat.Of(file.AsSpan(0, Math.Min(file.Length, ForeignFormat.Length)))
                    ?? "it is no compressed network, or the beginning of one. LoadWeights and LoadMeans read safetensors files.");
    }

    /// <summary>The keys, shapes and kinds of all tensors; null where what is read makes no sense.</summary>
    private static IReadOnlyList<CompressedTensor>? Header(NumberCode code, IReadOnlyList<CompressedTensor>? given)
    {
        var count = code.Count((ulong)(given?.Count ?? 0));
        if (count > MostTensors)
            return null;
        var tensors = new List<CompressedTensor>();
        var before = "";
        for (var i = 0; i < (int)count; i++)
        {
            if (Key(code, given?[i].Key ?? "", before) is not { } key || Shape(code, given?[i].Shape ?? []) is not { } shape)
                return null;
            if (Kind(code, given?[i] ?? new CompressedTensor(key, shape), i) is not { } tensor)
                return null;
            tensors.Add(tensor with { Key = key, Shape = shape });
            before = key;
        }

        return tensors;
    }

    /// <summary>What a key shares with the one before it, an ending that many have, and the letters between.</summary>
    private static string? Key(NumberCode code, string key, string before)
    {
        var ending = Array.FindLastIndex(Endings, end => key.EndsWith(end, StringComparison.Ordinal));
        var start = key[..^Endings[ending].Length];
        var same = 0;
        while (same < start.Length && same < before.Length && start[same] == before[same])
            same++;
        var shared = code.Count((ulong)same);
        var which = code.Count((ulong)ending);
        var letters = Encoding.UTF8.GetBytes(start[same..]);
        var count = code.Count((ulong)letters.Length);
        if (shared > (ulong)before.Length || which >= (ulong)Endings.Length || count > LongestKey)
            return null;
        var read = new byte[count];
        for (var i = 0; i < read.Length; i++)
            read[i] = code.Letter(i < letters.Length ? letters[i] : (byte)0);
        return before[..(int)shared] + Encoding.UTF8.GetString(read) + Endings[which];
    }

    private static long[]? Shape(NumberCode code, long[] shape)
    {
        var dimensions = code.Count((ulong)shape.Length);
        if (dimensions > MostDimensions)
            return null;
        var read = new long[dimensions];
        var all = (UInt128)1;
        for (var i = 0; i < read.Length; i++)
        {
            var size = code.Count(i < shape.Length ? (ulong)shape[i] : 0);
            all *= size;
            if (all > (UInt128)Array.MaxLength || size > (ulong)Array.MaxLength)
                return null;
            read[i] = (long)size;
        }

        return read;
    }

    /// <summary>Rounded with its step, exact with its dtype, or tied to an earlier tensor.</summary>
    private static CompressedTensor? Kind(NumberCode code, CompressedTensor tensor, int place)
    {
        var kind = code.Count(tensor.TiedTo is not null ? 2UL : tensor.Bytes is not null ? 1UL : 0);
        switch (kind)
        {
            case 0:
                var bits = code.Signed(tensor.FractionBits);
                return Math.Abs(bits) > MostShift ? null : tensor with { FractionBits = (int)bits, Numbers = tensor.Numbers ?? [] };
            case 1:
                var dtype = code.Count((ulong)tensor.Dtype);
                return IsKnown((ScalarType)dtype) && tensor.Count <= Array.MaxLength / SizeOf((ScalarType)dtype)
                    ? tensor with { Dtype = (ScalarType)dtype, Bytes = tensor.Bytes ?? [] }
                    : null;
            case 2:
                var other = code.Count((ulong)(tensor.TiedTo ?? 0));
                return other >= (ulong)place ? null : tensor with { TiedTo = (int)other };
            default:
                return null;
        }
    }

    /// <summary>The numbers of a tensor; false where what is read makes no sense.</summary>
    private static bool Code(NumberCode code, CompressedTensor tensor)
    {
        if (tensor.Numbers is not null)
        {
            var (rows, columns, inner) = tensor.Extents;
            var numbers = tensor.Numbers.Length == tensor.Count ? tensor.Numbers.ToArray() : new long[tensor.Count];
            if (!code.Matrix(numbers, rows, columns, inner))
                return false;
            tensor.Numbers = numbers;
        }
        else if (tensor.Bytes is not null)
        {
            var size = SizeOf(tensor.Dtype);
            var bytes = tensor.Bytes.LongLength == tensor.Count * size ? tensor.Bytes : new byte[tensor.Count * size];
            code.Bytes(bytes, size);
            tensor.Bytes = bytes;
        }

        return true;
    }

    private static bool IsKnown(ScalarType dtype) => dtype is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32
        or ScalarType.Int64 or ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 or ScalarType.ComplexFloat32
        or ScalarType.ComplexFloat64 or ScalarType.Bool or ScalarType.BFloat16;

    private static int SizeOf(ScalarType dtype)
    {
        using var one = zeros([], dtype: dtype, device: CPU);
        return (int)one.ElementSize;
    }

    private static byte[] HashOf(byte[] body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Magic);
        hash.AppendData(body);
        return hash.GetHashAndReset()[..HashBytes];
    }
}
