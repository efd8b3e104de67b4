using System.Globalization;
using System.Text.Json;

namespace BayesGen.Prediction;

/// <summary>
/// Numbers of predictions on their way to JSON and back: as many digits as single precision has, or more where a deviation is small
/// beside a number, and names for what is infinite.
/// </summary>
internal static class JsonNumbers
{
    private const int Digits = 7;
    private const int DigitsOfDeviation = 5;

    /// <summary>A number under a name.</summary>
    public static void Put(this Utf8JsonWriter writer, string name, double number)
    {
        writer.WritePropertyName(name);
        Put(writer, number);
    }

    /// <summary>A list of numbers under a name.</summary>
    public static void Put(this Utf8JsonWriter writer, string name, IEnumerable<double> numbers)
    {
        writer.WritePropertyName(name);
        Put(writer, numbers);
    }

    /// <summary>A list of lists under a name.</summary>
    public static void Put(this Utf8JsonWriter writer, string name, IEnumerable<IEnumerable<double>> rows)
    {
        writer.WriteStartArray(name);
        foreach (var row in rows)
            Put(writer, row);
        writer.WriteEndArray();
    }

    /// <summary>A list of numbers under a name, each so that what its digits leave out is small beside its deviation.</summary>
    public static void Put(this Utf8JsonWriter writer, string name, IEnumerable<double> numbers, IEnumerable<double> deviations)
    {
        writer.WritePropertyName(name);
        Put(writer, numbers, deviations);
    }

    /// <summary>The same in a list.</summary>
    public static void Put(this Utf8JsonWriter writer, IEnumerable<double> numbers, IEnumerable<double> deviations)
    {
        writer.WriteStartArray();
        foreach (var (number, deviation) in numbers.Zip(deviations))
            PutExact(writer, Rounded(PredictionText.Beside(number, deviation, Digits, DigitsOfDeviation)));
        writer.WriteEndArray();
    }

    /// <summary>A number under a name with all of its digits: what is calculated with later, and compared.</summary>
    public static void PutExact(this Utf8JsonWriter writer, string name, double number)
    {
        writer.WritePropertyName(name);
        PutExact(writer, number);
    }

    /// <summary>A list of numbers under a name, with all of their digits.</summary>
    public static void PutExact(this Utf8JsonWriter writer, string name, IEnumerable<double> numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
            PutExact(writer, number);
        writer.WriteEndArray();
    }

    /// <summary>A field of an object that is read.</summary>
    /// <exception cref="FormatException">The object has none of that name, or it is no object.</exception>
    public static JsonElement Field(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException($"an object with '{name}' is expected, not {element.ValueKind}");
        return element.TryGetProperty(name, out var field) ? field : throw new FormatException($"'{name}' is missing");
    }

    /// <summary>Which examples and places rows belong to, where some were left out.</summary>
    public static void Put(this Utf8JsonWriter writer, AnswerRow row)
    {
        writer.WriteNumber("example", row.Example);
        writer.WriteNumber("place", row.Place);
    }

    /// <summary>The same of all rows; null where none was left out.</summary>
    public static IReadOnlyList<AnswerRow>? Rows(IReadOnlyList<JsonElement> rows) =>
        rows.Count == 0 || !rows[0].TryGetProperty("example", out _)
            ? null
            : [.. rows.Select(row => new AnswerRow(row.Field("example").GetInt32(), row.Field("place").GetInt32()))];

    /// <summary>A number of an object that is read.</summary>
    public static double Number(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? double.Parse(element.GetString()!, CultureInfo.InvariantCulture)
        : element.GetDouble();

    /// <summary>A list of numbers.</summary>
    public static double[] Numbers(JsonElement element) => [.. element.EnumerateArray().Select(Number)];

    /// <summary>A list of lists.</summary>
    public static double[][] Rows(JsonElement element) => [.. element.EnumerateArray().Select(Numbers)];

    /// <summary>Whether a number cannot be a threshold that was calibrated, which may be infinite and lets all pass then.</summary>
    public static bool IsNoThreshold(double number) => double.IsNaN(number) || double.IsNegativeInfinity(number);

    /// <summary>Reads a whole document and puts what is wrong with it into the words of JSON.</summary>
    public static TResult Read<TResult>(ref Utf8JsonReader reader, string what, Func<JsonElement, TResult> read)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        try
        {
            return read(document.RootElement);
        }
        catch (Exception exception)
            when (exception is InvalidOperationException or FormatException or ArgumentException)
        {
            throw new JsonException($"This is no {what} as BayesGen writes it: {exception.Message}", exception);
        }
    }

    private static void Put(Utf8JsonWriter writer, IEnumerable<double> numbers)
    {
        writer.WriteStartArray();
        foreach (var number in numbers)
            Put(writer, number);
        writer.WriteEndArray();
    }

    private static void Put(Utf8JsonWriter writer, double number) => PutExact(
        writer,
        double.IsFinite(number)
            ? Rounded(number.ToString($"G{Digits}", CultureInfo.InvariantCulture))
            : number);

    private static double Rounded(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static void PutExact(Utf8JsonWriter writer, double number)
    {
        // A logit may be minus infinity, which JSON has no number for.
        if (double.IsFinite(number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
    }
}
