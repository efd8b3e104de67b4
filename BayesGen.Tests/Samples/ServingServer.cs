using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ServingSample;

namespace BayesGen.Tests.Samples;

/// <summary>The sample that serves, on a port of the loopback, in this process: what Kestrel refuses is refused here too.</summary>
public sealed class ServingServer : IDisposable
{
    public const int Samples = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    /// <summary>A server of a network that nobody has trained, for test classes that share it.</summary>
    public ServingServer() : this(new PoolOptions { TorchThreads = get_num_threads() })
    {
    }

    /// <param name="pool">How the processors are shared; Torch's threads are those of the whole process.</param>
    /// <param name="configure">Changes the builder last.</param>
    internal ServingServer(PoolOptions pool, Action<WebApplicationBuilder>? configure = null)
    {
        Model = new BayesianDigitNetwork(new DigitNetwork());
        var file = Path.Combine(_folder.Root, "digits.safetensors");
        Model.Save(file);
        _app = Service.Build(new ServeOptions { Model = file, Url = "http://127.0.0.1:0", Samples = Samples }, pool, builder =>
        {
            builder.Logging.ClearProviders();
            configure?.Invoke(builder);
        });
        _app.Start();
        Http = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public BayesianDigitNetwork Model { get; }

    public HttpClient Http { get; }

    public PredictionPool Pool => _app.Services.GetRequiredService<PredictionPool>();

    /// <summary>Sends a text as a request for a prediction.</summary>
    public Task<HttpResponseMessage> AskAsync(
        string body, string path = "/predict", string type = "application/json", CancellationToken cancellation = default)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        // So that a body that is too long is refused before it is on its way.
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.ExpectContinue = body.Length > 1 << 20;
        return Http.SendAsync(request, cancellation);
    }

    /// <summary>What a refusal says; it is in the format of problem details.</summary>
    public static async Task<(string Detail, string Text)> ProblemAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        using var json = JsonDocument.Parse(text);
        Assert.Equal((int)answer.StatusCode, json.RootElement.GetProperty("status").GetInt32());
        return (json.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString()! : "", text);
    }

    public void Dispose()
    {
        Http.Dispose();
        _app.StopAsync().GetAwaiter().GetResult();
        ((IDisposable)_app).Dispose();
        Model.Dispose();
        _folder.Dispose();
    }
}
