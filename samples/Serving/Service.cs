using System.Diagnostics;
using BayesGen;
using BayesGen.Prediction;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ServingSample;

/// <summary>The web application.</summary>
public static class Service
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Builds the application; it listens once it is started.</summary>
    /// <param name="options">Which network, where and how.</param>
    /// <param name="pool">How the processors are shared; by the options where it is null.</param>
    /// <param name="configure">Changes the builder last.</param>
    public static WebApplication Build(ServeOptions options, PoolOptions? pool = null, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Url);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = PredictionRequest.MostBytes;
        });
        // A line for each request would cost more than many of the answers.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // Nor does a server that has too much to do need a trace of each request that it gave up.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Http.Timeouts", LogLevel.Error);
        // The program says itself where it listens, and why it could not start.
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.AddPredictionPool(
            () => Load(options.Model, options.Samples), pool ?? new PoolOptions { TorchThreads = options.Threads });
        builder.Services.AddProblemDetails();
        builder.Services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = Patience, TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        });
        configure?.Invoke(builder);

        var app = builder.Build();
        // Whatever goes wrong inside becomes "500 Internal Server Error" and a line in the log; a status without a body gets one.
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRequestTimeouts();
        app.MapPost("/predict", PredictAsync);
        app.MapHealthChecks("/health");
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        return app;
    }

    /// <summary>Registers a predictor that all requests share: a pool of networks drawn from the posterior, made at the start.</summary>
    /// <param name="services">Where to register it.</param>
    /// <param name="create">Makes the predictor. What it throws keeps the application from starting.</param>
    /// <param name="options">How the processors are shared.</param>
    public static IServiceCollection AddPredictionPool(this IServiceCollection services, Func<Predictor> create, PoolOptions options)
    {
        services.AddSingleton(_ => new PredictionPool(create(), options));
        services.AddSingleton<ServingMetrics>();
        services.AddHostedService<WarmUp>();
        services.AddHealthChecks().AddCheck<PoolHealth>("predictions");
        return services;
    }

    private static Predictor Load(string path, int samples)
    {
        using var model = new BayesianDigitNetwork(new DigitNetwork());
        model.Load(path);
        return model.CreatePredictor(() => new DigitNetwork(), samples);
    }

    private static async Task<Results<JsonHttpResult<ClassPrediction>, ProblemHttpResult>> PredictAsync(
        HttpContext context, PredictionPool pool, ServingMetrics metrics, CancellationToken cancellation)
    {
        var (images, refusal) = await PredictionRequest.ReadAsync(context.Request, cancellation);
        if (images is not null)
        {
            try
            {
                var start = Stopwatch.GetTimestamp();
                var prediction = await pool.PredictAsync(images, cancellation);
                metrics.Answered(prediction, Stopwatch.GetElapsedTime(start));
                return TypedResults.Json(prediction);
            }
            catch (PoolIsFullException)
            {
                context.Response.Headers.RetryAfter = "1";
                refusal = new Refusal(
                    "Too many requests wait for an answer; ask again in a second.", StatusCodes.Status503ServiceUnavailable);
            }
        }

        metrics.Refused(refusal!.Status);
        return TypedResults.Problem(refusal.Detail, statusCode: refusal.Status);
    }
}

/// <summary>Asks the networks once before the port opens, so that no caller waits for what the first call costs.</summary>
internal sealed class WarmUp(PredictionPool pool) : IHostedService
{
    /// <summary>An image without ink.</summary>
    public static readonly float[][] Blank = [new float[DigitNetwork.Pixels]];

    public Task StartAsync(CancellationToken cancellation) => pool.PredictAsync(Blank, cancellation);

    public Task StopAsync(CancellationToken cancellation) => Task.CompletedTask;
}

/// <summary>Healthy is a pool that answers within two seconds, others' requests before it included.</summary>
internal sealed class PoolHealth(PredictionPool pool) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await pool.PredictAsync(WarmUp.Blank, patience.Token);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is PoolIsFullException or OperationCanceledException
            && !cancellation.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("No answer within two seconds.");
        }
    }
}
