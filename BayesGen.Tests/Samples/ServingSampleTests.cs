using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json;
using BayesGen.Prediction;
using BayesGen.Serialization;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServingSample;

namespace BayesGen.Tests.Samples;

/// <summary>The sample that serves: its answers, to many at once, and what it refuses.</summary>
[Trait("Lane", "Slow")]
public sealed class ServingSampleTests(ServingServer server) : IClassFixture<ServingServer>
{
    private static PoolOptions OneAtATime => new() { TorchThreads = get_num_threads(), AtOnce = 1, MostWaiting = 1 };

    private static string Blank => $"{{\"inputs\": [{Row(DigitNetwork.Pixels)}]}}";

    [Fact]
    public async Task AnswersAsTheModelDoesWithItsUncertainty()
    {
        using var digits = SyntheticDigits.Create(3, seed: 9);
        var pixels = digits.Inputs.data<float>().ToArray().Chunk(DigitNetwork.Pixels);
        using var answer = await server.AskAsync(JsonSerializer.Serialize(new { inputs = pixels }));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        var given = JsonSerializer.Deserialize<ClassPrediction>(await answer.Content.ReadAsStringAsync())!;
        var expected = server.Model.Predict(digits.Inputs, ServingServer.Samples);
        Assert.Equal(expected.Classes, given.Classes);
        Assert.Equal(ServingServer.Samples, given.Samples);
        Assert.All(expected.MutualInformation, value => Assert.True(value > 0));
        foreach (var (one, other) in new[]
        {
            (expected.Entropy, given.Entropy), (expected.MutualInformation, given.MutualInformation),
            (expected.Probabilities.SelectMany(row => row), given.Probabilities.SelectMany(row => row)),
        })
            Assert.All(one.Zip(other), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public async Task TwentyClientsAtOnceGetWhatOneGets()
    {
        var bodies = Load.Bodies(images: 1).Select(body => Encoding.UTF8.GetString(body)).ToList();
        var alone = new List<string>();
        foreach (var body in bodies)
            alone.Add(await TextAsync(body));
        Assert.True(alone.Distinct().Count() > 10);

        var together = await Task.WhenAll(Enumerable.Range(0, 20).Select(client => Task.Run(async () =>
        {
            var texts = new List<string>();
            for (var i = 0; i < bodies.Count; i++)
                texts.Add(await TextAsync(bodies[(client + i) % bodies.Count]));
            return texts;
        })));
        for (var client = 0; client < together.Length; client++)
            Assert.Equal(alone.Skip(client).Concat(alone.Take(client)), together[client]);

        async Task<string> TextAsync(string body)
        {
            using var answer = await server.AskAsync(body);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task TheLoadCommandCountsWhatFails()
    {
        var good = Load.Bodies(images: 1)[0];
        var result = await Load.AskAsync(server.Http, [good, "{}"u8.ToArray()], clients: 3, requests: 8);
        Assert.Equal((8, 4), (result.Milliseconds.Length, result.Failed));
        Assert.True(result.Milliseconds[0] > 0 && result.Milliseconds.Order().SequenceEqual(result.Milliseconds));
    }

    public static TheoryData<string, string> BadBodies => new()
    {
        { "", "cannot be read at $, line 1" },
        { "null", "The body is null" },
        { "{\"inputs\": [[0, 1", "cannot be read at $.inputs[0]" },
        { "{\"inputs\": []} more", "cannot be read at $, line 1" },
        { "{\"inputs\": [[0, \"NaN\"]]}", "cannot be read at $.inputs[0][1], line 1, byte" },
        { "{\"inputs\": [[0, NaN]]}", "cannot be read at $.inputs[0]" },
        { "{\"inputs\": 3}", "cannot be read at $.inputs" },
        { "{\"inputs\": [[1]], \"inputs\": [[2]]}", "cannot be read at $.inputs" },
        { "{\"\\ud800\": 1}", "cannot be read" },
        { new string('[', 5_000), "cannot be read" },
        { "{}", "'inputs' is missing" },
        { "{\"inputs\": []}", "'inputs' has 0 images; expected 1 to 64" },
        { $"{{\"inputs\": [{string.Join(',', Enumerable.Repeat("[]", 65))}]}}", "'inputs' has 65 images; expected 1 to 64" },
        { "{\"inputs\": [null]}", "inputs[0] has 0 numbers; expected 784" },
        { $"{{\"inputs\": [{Row(784)}, {Row(783)}]}}", "inputs[1] has 783 numbers; expected 784" },
        { $"{{\"inputs\": [{Row(783, ", 1e999")}]}}", "inputs[0][783] is not finite" },
        { $"{{\"inputs\": [{Row(783, ", 1.5")}]}}", "inputs[0][783] is 1.5; expected a number from 0" },
        { "{\"inputs\": [[1]], \"samples\": 3}", "Unknown options: 'samples'. 'inputs' is all there is." },
        { "{\"Inputs\": [[1]]}", "Unknown options: 'Inputs'" },
        { $"{{\"inputs\": [[1]]{new string(' ', PredictionRequest.MostBytes)}}}", "longer than 2,097,152 bytes" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task RefusesABadBodyWithAMessageToActOn(string body, string message)
    {
        using var answer = await server.AskAsync(body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var (detail, text) = await ServingServer.ProblemAsync(answer);
        Assert.Contains(message, detail);
        AssertTellsNothingOfTheInside(text);
    }

    [Theory]
    [InlineData("/predict?samples=3", "application/json", HttpStatusCode.BadRequest, "Unknown options in the address: 'samples'")]
    [InlineData("/predict", "text/plain", HttpStatusCode.UnsupportedMediaType, "Content-Type: application/json")]
    [InlineData("/predict", "application/json; charset=latin1", HttpStatusCode.UnsupportedMediaType, "JSON in UTF-8")]
    [InlineData("/", "application/json", HttpStatusCode.NotFound, "")]
    [InlineData("/health", "application/json", HttpStatusCode.OK, "")]
    public async Task RefusesABadAddressOrType(string path, string type, HttpStatusCode status, string message)
    {
        using var answer = await server.AskAsync(Blank, path, type);
        Assert.Equal(status, answer.StatusCode);
        if (status != HttpStatusCode.OK)
            Assert.Contains(message, (await ServingServer.ProblemAsync(answer)).Detail);
        using var quoted = await server.AskAsync(Blank, type: "application/json; charset=\"UTF-8\"");
        Assert.Equal(HttpStatusCode.OK, quoted.StatusCode);
    }

    /// <summary>Not even while it is developed, where ASP.NET shows exceptions by itself.</summary>
    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task AFailureInsideTellsNothing(string environment)
    {
        using var failing = new ServingServer(OneAtATime, builder => builder.Environment.EnvironmentName = environment);
        using (var healthy = await failing.Http.GetAsync("/health"))
            Assert.Equal("Healthy", await healthy.Content.ReadAsStringAsync());
        failing.Pool.Dispose();
        using var answer = await failing.AskAsync(Blank);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        AssertTellsNothingOfTheInside((await ServingServer.ProblemAsync(answer)).Text);
        using var health = await failing.Http.GetAsync("/health");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Unhealthy"), (health.StatusCode, await health.Content.ReadAsStringAsync()));
        using var live = await failing.Http.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task WhoGivesUpLeavesTheQueueAndWhoComesToAFullOneIsToldSo()
    {
        using var busy = new ServingServer(OneAtATime);
        using var source = new CancellationTokenSource();
        using (await busy.Pool.TakeTurnAsync(default))
        {
            var impatient = busy.AskAsync(Blank, cancellation: source.Token);
            await UntilAsync(() => busy.Pool.Waiting == 1);
            using (var refused = await busy.AskAsync(Blank))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
                Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
                Assert.Contains("ask again", (await ServingServer.ProblemAsync(refused)).Detail);
            }

            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
            await UntilAsync(() => busy.Pool.Waiting == 0);
        }

        using var answer = await busy.AskAsync(Blank);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task ARequestThatTakesTooLongEnds()
    {
        using var slow = new ServingServer(OneAtATime, builder => builder.Services.Configure<RequestTimeoutOptions>(
            options => options.DefaultPolicy = new RequestTimeoutPolicy
            {
                Timeout = TimeSpan.FromMilliseconds(50), TimeoutStatusCode = options.DefaultPolicy!.TimeoutStatusCode,
            }));
        using (await slow.Pool.TakeTurnAsync(default))
        using (var answer = await slow.AskAsync(Blank))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            AssertTellsNothingOfTheInside((await ServingServer.ProblemAsync(answer)).Text);
        }

        Assert.Equal(0, slow.Pool.Waiting);
    }

    [Fact]
    public async Task CountsWhatItAnswersAndWhatItRefuses()
    {
        var sums = new Dictionary<string, double>();
        using var watched = new ServingServer(OneAtATime);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == ServingMetrics.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            Add(tags.IsEmpty ? instrument.Name : $"{instrument.Name} {tags[0].Value}", value));
        listener.Start();

        using var answer = await watched.AskAsync($"{{\"inputs\": [{Row(784)}, {Row(784)}]}}");
        using var refused = await watched.AskAsync("{}");
        var prediction = JsonSerializer.Deserialize<ClassPrediction>(await answer.Content.ReadAsStringAsync())!;
        listener.RecordObservableInstruments();

        Assert.Equal((2, 1), (sums["bayesgen.serving.examples"], sums["bayesgen.serving.refused 400"]));
        Assert.Equal(prediction.Entropy.Sum(), sums["bayesgen.serving.entropy"], 1e-5);
        Assert.Equal(prediction.MutualInformation.Sum(), sums["bayesgen.serving.mutual_information"], 1e-5);
        Assert.True(sums["bayesgen.serving.prediction.duration"] > 0);
        Assert.Equal(0, sums["bayesgen.serving.waiting"]);

        void Add(string name, double value)
        {
            lock (sums)
                sums[name] = sums.GetValueOrDefault(name) + value;
        }
    }

    [Fact]
    public void AFileThatIsNoNetworkKeepsItFromStarting()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Root, "digits.safetensors");
        File.WriteAllText(file, "no network");
        using var app = (IDisposable)Service.Build(new ServeOptions { Model = file, Url = "http://127.0.0.1:0" }, OneAtATime);
        Assert.Throws<StateFileException>(((IHost)app).Start);
    }

    /// <summary>Names of types, places in sources and the words of exceptions.</summary>
    private static void AssertTellsNothingOfTheInside(string text) => Assert.All(
        ["Exception", "System.", "ServingSample", "BayesGen", ".cs:", "   at ", "Disposed", "Single"],
        word => Assert.DoesNotContain(word, text));

    private static string Row(int numbers, string last = "") => $"[{string.Join(',', Enumerable.Repeat("0", numbers))}{last}]";

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isTrue())
            await Task.Delay(5, patience.Token);
    }
}
