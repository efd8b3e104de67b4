using System.Text;
using System.Text.Json;

namespace BayesGen.Tests;

/// <summary>
/// The safetensors layout, written from its specification and not from this library: eight bytes N, little endian; N bytes of JSON; data.
/// </summary>
internal static class SafeTensorsLayout
{
    public static Dictionary<string, Entry> Read(string path)
    {
        var file = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToUInt64(file);
        using var json = JsonDocument.Parse(Encoding.UTF8.GetString(file, 8, length));
        return json.RootElement.EnumerateObject()
            .Where(property => property.Name != "__metadata__")
            .ToDictionary(property => property.Name, property =>
            {
                var range = property.Value.GetProperty("data_offsets");
                return new Entry(
                    property.Value.GetProperty("dtype").GetString()!,
                    [.. property.Value.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64())],
                    file[(8 + length + range[0].GetInt32())..(8 + length + range[1].GetInt32())]);
            });
    }

    public static void Write(string path, params (string Key, Entry Entry)[] tensors)
    {
        var offset = 0;
        var header = new List<string> { "\"__metadata__\":{\"format\":\"pt\"}" };
        foreach (var (key, entry) in tensors)
        {
            header.Add(
                $"\"{key}\":{{\"dtype\":\"{entry.Dtype}\",\"shape\":[{string.Join(',', entry.Shape)}],\"data_offsets\":[{offset},{offset + entry.Bytes.Length}]}}");
            offset += entry.Bytes.Length;
        }

        var json = Encoding.UTF8.GetBytes("{" + string.Join(',', header) + "}");
        File.WriteAllBytes(
            path, [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. tensors.SelectMany(tensor => tensor.Entry.Bytes)]);
    }

    /// <summary>A float32 tensor of the numbers 0.01, 0.02 and so on, begun at a place of its own.</summary>
    public static Entry Numbers(int start, params long[] shape) => Floats(
        [.. Enumerable.Range(start, (int)shape.Aggregate(1L, (all, one) => all * one)).Select(number => number / 100f)], shape);

    public static Entry Floats(float[] numbers, params long[] shape) =>
        new("F32", shape, [.. numbers.SelectMany(BitConverter.GetBytes)]);

    /// <summary>One tensor.</summary>
    public sealed record Entry(string Dtype, long[] Shape, byte[] Bytes)
    {
        public float[] AsFloats() => [.. Bytes.Chunk(4).Select(four => BitConverter.ToSingle(four))];
    }
}
