using System.Text.Json;
using System.Text.Json.Nodes;

namespace BayesGen.Likelihoods;

/// <summary>A likelihood as text, a JSON object of its kind and its numbers: how it stands in state files.</summary>
internal static class LikelihoodText
{
    public const string Categorical = "categorical";
    public const string Bernoulli = "bernoulli";
    public const string Gaussian = "gaussian";
    public const string StudentT = "student-t";
    public const string Poisson = "poisson";

    /// <summary>The text.</summary>
    public static string Of(Likelihood likelihood)
    {
        var (kind, written) = (likelihood.Written.Kind, likelihood.Written);
        var json = new JsonObject { ["kind"] = kind };
        if (written.Ignored is { } ignored)
            json["ignored"] = ignored;
        if (written.Weights is { } weights)
            json["weights"] = new JsonArray([.. weights.Select(weight => (JsonNode)weight)]);
        if (written.Smoothing is { } smoothing and not 0)
            json["smoothing"] = smoothing;
        if (written.Scale is { } scale)
            json["scale"] = scale;
        if (written.Degrees is { } degrees)
            json["degrees"] = degrees;
        if (written.IgnoresNaN)
            json["ignores_nan"] = true;
        return json.ToJsonString();
    }

    /// <summary>The likelihood that a text stands for.</summary>
    /// <exception cref="InvalidOperationException">It stands for none that is known here.</exception>
    public static Likelihood Read(string text)
    {
        try
        {
            var json = JsonNode.Parse(text)!.AsObject();
            var ignoresNaN = json["ignores_nan"]?.GetValue<bool>() ?? false;
            double[]? weights = json["weights"] is { } list ? [.. list.AsArray().Select(weight => weight!.GetValue<double>())] : null;
            var (ignored, scale) = (json["ignored"]?.GetValue<long>() ?? Likelihood.UsualIgnoredLabel, json["scale"]?.GetValue<double>());
            return json["kind"]?.GetValue<string>() switch
            {
                Categorical => new CategoricalLikelihood(ignored, weights, json["smoothing"]?.GetValue<double>() ?? 0),
                Bernoulli => new BernoulliLikelihood(weights?[0] ?? 1, ignored),
                Gaussian => new GaussianLikelihood(scale, weights, ignoresNaN),
                StudentT => new StudentTLikelihood(json["degrees"]!.GetValue<double>(), scale, ignoresNaN),
                Poisson => new PoissonLikelihood(ignoresNaN),
                _ => throw new FormatException("it is of a kind that this version does not know"),
            };
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or ArgumentException
            or NullReferenceException or IndexOutOfRangeException)
        {
            throw new InvalidOperationException(
                $"The state of the network names a likelihood that cannot be read, {Serialization.PlainText.Name(text)}: {exception.Message}. Say "
                + "what its targets are: Predict(x, Likelihood.Categorical()), for instance.", exception);
        }
    }

    /// <summary>Kind and numbers.</summary>
    /// <param name="Kind">What it is called.</param>
    public sealed record Entry(string Kind)
    {
        public long? Ignored { get; init; }

        public double[]? Weights { get; init; }

        public double? Smoothing { get; init; }

        public double? Scale { get; init; }

        public double? Degrees { get; init; }

        public bool IgnoresNaN { get; init; }
    }
}
