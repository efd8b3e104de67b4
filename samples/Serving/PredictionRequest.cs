using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ServingSample;

/// <summary>The body of a request: <c>{"inputs": [[784 numbers], ...]}</c>.</summary>
public sealed record PredictionRequest
{
    /// <summary>The most images in a request. A caller with more sends several.</summary>
    public const int MostImages = 64;

    /// <summary>The most bytes of a body: room for that many images with every digit of a double.</summary>
    public const int MostBytes = 2 << 20;

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, AllowDuplicateProperties = false, MaxDepth = 8,
    };

    public float[]?[]? Inputs { get; init; }

    /// <summary>What the caller said beside the inputs; it is refused, since an option with a typing error would be ignored else.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>Reads a request and checks everything that the network takes for granted.</summary>
    /// <returns>The images, or what is wrong, for the caller to read.</returns>
    public static async Task<(IReadOnlyList<float[]>? Images, Refusal? Refusal)> ReadAsync(
        HttpRequest request, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return (null, new Refusal(
                "The body has to be JSON in UTF-8, and to say so: Content-Type: application/json.",
                StatusCodes.Status415UnsupportedMediaType));
        if (request.Query.Count > 0)
            return (null, new Refusal($"Unknown options in the address: {Listed(request.Query.Keys)}. There are none."));
        try
        {
            var body = await JsonSerializer.DeserializeAsync<PredictionRequest>(request.Body, Strict, cancellation);
            return body?.Fault() is { } fault ? (null, fault)
                : body is null ? (null, new Refusal($"The body is null. {Expected}"))
                : (body.Inputs!, null);
        }
        catch (JsonException exception)
        {
            // The message of the exception names types of this program; the place is what helps the caller.
            return (null, new Refusal(
                $"The body cannot be read at {exception.Path ?? "$"}, line {exception.LineNumber + 1}, "
                + $"byte {exception.BytePositionInLine + 1}. {Expected}"));
        }
        catch (BadHttpRequestException exception)
        {
            return (null, new Refusal(exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? $"The body is longer than {MostBytes:N0} bytes; send the images in several requests of at most {MostImages}."
                : "The body did not come as its headers say, or too slowly."));
        }
    }

    private static string Expected =>
        $"Expected {{\"inputs\": [[...], ...]}}: for each image a list of {DigitNetwork.Pixels} numbers.";

    private Refusal? Fault()
    {
        if (Unknown is { Count: > 0 })
            return new Refusal($"Unknown options: {Listed(Unknown.Keys)}. 'inputs' is all there is.");
        if (Inputs is null)
            return new Refusal($"'inputs' is missing. {Expected}");
        if (Inputs.Length is 0 or > MostImages)
            return new Refusal($"'inputs' has {Inputs.Length} images; expected 1 to {MostImages}.");
        for (var i = 0; i < Inputs.Length; i++)
        {
            if (Inputs[i] is not { Length: DigitNetwork.Pixels } image)
                return new Refusal(
                    $"inputs[{i}] has {Inputs[i]?.Length ?? 0} numbers; expected {DigitNetwork.Pixels}, "
                    + $"the {DigitNetwork.Side} rows of an image one behind the other.");
            // NaN is in no range.
            var j = Array.FindIndex(image, pixel => !(pixel is >= 0 and <= 1));
            if (j >= 0)
                return new Refusal(
                    float.IsFinite(image[j])
                        ? $"inputs[{i}][{j}] is {image[j]}; expected a number from 0, the ground, to 1, the ink."
                        : $"inputs[{i}][{j}] is not finite; expected a number from 0, the ground, to 1, the ink.");
        }

        return null;
    }

    /// <summary>Some of the names, shortened: a caller may send many, and long ones.</summary>
    private static string Listed(ICollection<string> names) =>
        string.Join(", ", names.Take(5).Select(name => $"'{(name.Length > 40 ? name[..40] + "..." : name)}'"))
        + (names.Count > 5 ? $" and {names.Count - 5} more" : "");
}

/// <summary>Why a request is not answered.</summary>
/// <param name="Detail">What is wrong, what was expected, and what to do.</param>
/// <param name="Status">The status of the answer.</param>
public sealed record Refusal(string Detail, int Status = StatusCodes.Status400BadRequest);
