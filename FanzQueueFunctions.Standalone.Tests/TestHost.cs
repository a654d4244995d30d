using System.Text;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Standalone.Http;
using FanzQueueFunctions.Standalone.Log;
using FanzQueueFunctions.Standalone.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>The plain process, in this one, on a free loopback port, with a timer and endpoints of the test's choice.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly MemoryStream _log;
    private readonly ConsoleLines _lines;

    private TestHost(WebApplication app, MemoryStream log, ConsoleLines lines)
    {
        _app = app;
        _lines = lines;
        _log = log;
        Http = new() { BaseAddress = new(app.Urls.Single()) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>What the process has written to its log.</summary>
    public string Log
    {
        get
        {
            _lines.Flush();
            return Encoding.UTF8.GetString(_log.ToArray());
        }
    }

    /// <param name="work">What its one timer, Tick, runs.</param>
    /// <param name="schedule">When.</param>
    public static async Task<TestHost> StartAsync(
        Func<CancellationToken, Task>? work = null,
        string schedule = "*/10 * * * * *",
        Dictionary<string, string?>? settings = null,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null)
    {
        var log = new MemoryStream();
        var lines = new ConsoleLines(log);
        var builder = Builder(settings);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ILoggerProvider>(_ => lines);
        if (work is not null)
            builder.Services.AddSingleton(new TimedWork("Tick", Schedule.Read(builder.Configuration, "TICK_SCHEDULE", schedule), work));
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseAnswersOfTheFunctionsHost();
        map?.Invoke(app);
        await app.StartAsync(Now.Token);
        return new(app, log, lines);
    }

    /// <summary>A builder whose process would listen on a free port.</summary>
    public static WebApplicationBuilder Builder(Dictionary<string, string?>? settings = null)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings ?? []);
        configuration["urls"] = "http://127.0.0.1:0";
        return PlainProcess.Builder(configuration);
    }

    /// <summary>Asks for a run of the timer by hand.</summary>
    public void Fire() => Assert.True(Services.GetRequiredService<TimerService>().Find("tick")!.Fire());

    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
