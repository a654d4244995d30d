using System.Text;
using FanzQueueFunctions.Standalone.Log;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>The host itself, in this process, on a free loopback port, with functions of the test's choice.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly MemoryStream _log;

    private TestHost(IHost host, MemoryStream log)
    {
        _host = host;
        _log = log;
        Address = new(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new() { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>What the host has written to its log.</summary>
    public string Log => Encoding.UTF8.GetString(_log.ToArray());

    public static async Task<TestHost> StartAsync(
        Type[] classes, Dictionary<string, string?>? settings = null, Action<FunctionsApplicationBuilder>? configure = null)
    {
        var log = new MemoryStream();
        var builder = Builder(classes, settings);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ILoggerProvider>(_ => new ConsoleLines(log));
        configure?.Invoke(builder);
        var host = builder.Build();
        await host.StartAsync(Now.Token);
        return new(host, log);
    }

    /// <summary>A builder whose host would listen on a free port.</summary>
    public static FunctionsApplicationBuilder Builder(Type[] classes, Dictionary<string, string?>? settings = null)
    {
        var builder = new FunctionsApplicationBuilder(["--urls", "http://127.0.0.1:0"], classes);
        builder.ConfigureFunctionsWebApplication();
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        return builder;
    }

    /// <summary>Sends one request, with a key in the header where one is given.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? key = null, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        return await Http.SendAsync(request, Now.Token);
    }

    public Task StopAsync() => _host.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
