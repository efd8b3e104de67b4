using System.Buffers.Binary;
using Tensorboard;

namespace BayesGen.Tests.Reports;

/// <summary>
/// Reads TensorBoard's event files: records of a length (8 bytes), a checksum of it (4), an event in protobuf, and a checksum of that (4).
/// </summary>
internal static class EventFile
{
    public static Dictionary<string, List<(long Step, float Value)>> Scalars(string folder) => Values(folder)
        .GroupBy(entry => entry.Value.Tag)
        .ToDictionary(group => group.Key, group => group.Select(entry => (entry.Step, entry.Value.SimpleValue)).ToList());

    /// <summary>Images as the files that they are in.</summary>
    public static Dictionary<string, byte[]> Images(string folder) =>
        Values(folder).ToDictionary(entry => entry.Value.Tag, entry => entry.Value.Image.EncodedImageString.ToByteArray());

    private static IEnumerable<(long Step, Summary.Types.Value Value)> Values(string folder)
    {
        foreach (var file in Directory.GetFiles(folder, "*tfevents*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file);
            for (var at = 0; at < bytes.Length;)
            {
                var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
                var record = Event.Parser.ParseFrom(bytes, at + 12, length);
                at += 12 + length + 4;
                foreach (var value in record.Summary?.Value ?? [])
                    yield return (record.Step, value);
            }
        }
    }
}
