using System.Text.Json;
using BayesGen.Serialization;

namespace BayesGen.Prediction;

/// <summary>Small results as a file of JSON, which appears whole or not at all.</summary>
internal static class JsonFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write<TValue>(string path, TValue value)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, value, Indented));
    }

    /// <exception cref="JsonException">The file holds something else; it is named.</exception>
    public static TValue Read<TValue>(string path)
        where TValue : class
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = File.OpenRead(path);
        try
        {
            return JsonSerializer.Deserialize<TValue>(stream) ?? throw new JsonException("It holds null.");
        }
        catch (JsonException exception)
        {
            throw new JsonException($"'{path}': {exception.Message}", exception);
        }
    }
}
