using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace BayesGen.Serialization;

/// <summary>
/// The safetensors layout: eight bytes with the length of the header, little endian; a JSON header that gives dtype, shape and byte range
/// of each tensor; the bytes, without gaps. Nothing in such a file can be executed.
/// </summary>
/// <remarks>https://github.com/huggingface/safetensors, section "Format".</remarks>
internal static class SafeTensors
{
    /// <summary>The key of the string map beside the tensors.</summary>
    private const string MetadataKey = "__metadata__";

    /// <summary>The limit that the format's own reader has; it keeps a damaged length from allocating the machine's memory.</summary>
    private const long LongestHeader = 100_000_000;

    private static readonly (ScalarType Type, string Name, int Size)[] Dtypes =
    [
        (ScalarType.Float64, "F64", 8), (ScalarType.Float32, "F32", 4), (ScalarType.Float16, "F16", 2),
        (ScalarType.BFloat16, "BF16", 2), (ScalarType.Int64, "I64", 8), (ScalarType.Int32, "I32", 4),
        (ScalarType.Int16, "I16", 2), (ScalarType.Int8, "I8", 1), (ScalarType.Byte, "U8", 1), (ScalarType.Bool, "BOOL", 1),
    ];

    /// <summary>Writes tensors in the given order; <paramref name="metadata"/> is completed with version and hashes.</summary>
    /// <exception cref="InvalidOperationException">A tensor was written by another thread meanwhile.</exception>
    public static void Write(
        Stream stream, IReadOnlyList<KeyValuePair<string, Tensor>> tensors, SortedDictionary<string, string> metadata)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        List<Tensor> data = [.. tensors.Select(entry => entry.Value.detach().cpu().contiguous())];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in data)
            TensorBytes.Each(tensor, bytes => hash.AppendData(bytes));
        var promised = metadata[FileSeal.DataHash] = Convert.ToHexStringLower(hash.GetHashAndReset());
        metadata[FileSeal.Version] = FileSeal.PresentVersion;
        metadata[FileSeal.HeaderHash] = FileSeal.Blank;
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataKey);
            foreach (var (key, value) in metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
            long offset = 0;
            for (var i = 0; i < data.Count; i++)
            {
                var dtype = Dtypes.FirstOrDefault(entry => entry.Type == data[i].dtype);
                if (dtype.Name is null)
                    throw new NotSupportedException($"'{tensors[i].Key}' has dtype {data[i].dtype}, which safetensors cannot hold.");
                var size = data[i].numel() * dtype.Size;
                json.WriteStartObject(tensors[i].Key);
                json.WriteString("dtype", dtype.Name);
                json.WriteStartArray("shape");
                foreach (var extent in data[i].shape)
                    json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset + size);
                json.WriteEndArray();
                json.WriteEndObject();
                offset += size;
            }

            json.WriteEndObject();
        }

        // Padded with spaces, so that the data begins at a multiple of eight.
        while (header.Length % 8 != 0)
            header.WriteByte((byte)' ');
        FileSeal.Sign(header.GetBuffer().AsSpan(0, (int)header.Length));
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        header.WriteTo(stream);
        foreach (var tensor in data)
            TensorBytes.Each(tensor, bytes =>
            {
                stream.Write(bytes);
                hash.AppendData(bytes);
            });

        // The tensors are live: who trains in a loop of their own and saves on another thread would get a file that does not load.
        if (promised != Convert.ToHexStringLower(hash.GetHashAndReset()))
            throw new InvalidOperationException(
                "The network changed while it was being saved: another thread trains it or loads into it. Save on that thread, between two "
                + "steps; a save during VariationalTrainer.Train waits for the running step by itself. Nothing was written; a file that was "
                + "there before is as it was.");
    }

    /// <summary>Reads and checks a whole file before it returns a tensor.</summary>
    /// <param name="path">Named in errors.</param>
    /// <param name="stream">A seekable stream.</param>
    /// <returns>New CPU tensors, owned by the caller, and the metadata.</returns>
    public static (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata) Read(string path, Stream stream)
    {
        var (entries, metadata, dataLength) = ReadHeader(path, stream);
        var tensors = new Dictionary<string, Tensor>();
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long expected = 0;
            foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
            {
                if (entry.Begin != expected)
                    throw new StateFileException(path, $"the byte range of '{entry.Key}' overlaps another or leaves a gap.");
                expected = entry.End;
                var tensor = Empty(path, entry);
                tensors.Add(entry.Key, tensor);
                TensorBytes.Each(tensor, bytes =>
                {
                    stream.ReadExactly(bytes);
                    hash.AppendData(bytes);
                });
            }

            if (expected != dataLength)
                throw new StateFileException(path, $"{dataLength - expected} bytes at the end belong to no tensor.");
            if (metadata.TryGetValue(FileSeal.DataHash, out var promised)
                && !promised.Equals(Convert.ToHexStringLower(hash.GetHashAndReset()), StringComparison.OrdinalIgnoreCase))
                throw new StateFileException(path, "its checksum does not match its data: the file was altered or damaged.");
            return (tensors, metadata);
        }
        catch
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            throw;
        }
    }

    private static (List<Entry> Entries, Dictionary<string, string> Metadata, long DataLength) ReadHeader(string path, Stream stream)
    {
        Span<byte> first = stackalloc byte[ForeignFormat.Length];
        var known = stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        if (ForeignFormat.Of(first[..known]) is { } foreign)
            throw new StateFileException(path, foreign);
        Span<byte> prefix = stackalloc byte[8];
        if (stream.Length < prefix.Length)
            throw new StateFileException(path, $"it has {stream.Length} bytes, too few for a header.");
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (length < 2 || length > LongestHeader || length > stream.Length - prefix.Length)
            throw new StateFileException(
                path, $"its first eight bytes promise a header of {length} bytes; the file has {stream.Length} and may be truncated.");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        FileSeal.CheckHeader(path, bytes);
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var dataLength = stream.Length - prefix.Length - length;
            var entries = new List<Entry>();
            var keys = new HashSet<string>();
            var metadata = new Dictionary<string, string>();
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey)
                {
                    foreach (var item in property.Value.EnumerateObject())
                        if (!metadata.TryAdd(item.Name, item.Value.GetString() ?? ""))
                            throw new StateFileException(path, $"the metadata entry '{item.Name}' stands in it twice.");
                    continue;
                }

                if (!keys.Add(property.Name))
                    throw new StateFileException(path, $"the key '{property.Name}' stands in it twice.");
                entries.Add(ReadEntry(path, property, dataLength));
            }

            FileSeal.CheckVersion(path, metadata);
            return (entries, metadata, dataLength);
        }
        catch (Exception exception) when (
            exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            throw new StateFileException(path, "its header is not the JSON that safetensors prescribes.", exception);
        }
    }

    private static Entry ReadEntry(string path, JsonProperty property, long dataLength)
    {
        var name = property.Value.GetProperty("dtype").GetString();
        var dtype = Dtypes.FirstOrDefault(entry => entry.Name == name);
        if (dtype.Name is null)
            throw new StateFileException(path, $"'{property.Name}' has dtype '{name}', which is not supported.");
        long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64())];
        var offsets = property.Value.GetProperty("data_offsets");
        var (begin, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
        long size = dtype.Size;
        try
        {
            foreach (var extent in shape)
                size = extent < 0 ? throw new OverflowException() : checked(size * extent);
        }
        catch (OverflowException exception)
        {
            throw new StateFileException(path, $"'{property.Name}' has an impossible shape [{string.Join(", ", shape)}].", exception);
        }

        // Checked before the tensor is allocated: a damaged shape must not ask for more memory than the file has bytes.
        if (begin < 0 || end < begin || size != end - begin || end > dataLength)
            throw new StateFileException(
                path, $"'{property.Name}' lies at bytes {begin} to {end} of {dataLength}, and its shape needs {size}: the file may be truncated.");
        return new Entry(property.Name, dtype.Type, shape, begin, end);
    }

    private static Tensor Empty(string path, Entry entry)
    {
        try
        {
            return empty(entry.Shape, dtype: entry.Dtype, device: CPU).DetachFromDisposeScope();
        }
        catch (ExternalException exception)
        {
            // Nothing in it, and extents beyond what Torch can multiply.
            throw new StateFileException(path, $"'{entry.Key}' has an impossible shape [{string.Join(", ", entry.Shape)}].", exception);
        }
    }

    private sealed record Entry(string Key, ScalarType Dtype, long[] Shape, long Begin, long End);
}
