using System.Net.Sockets;
using FanzQueueFunctions.Standalone.Catalog;
using FanzQueueFunctions.Standalone.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Standalone;

/// <summary>The host as the app runs it: says at start what it serves, and says plainly why it cannot listen.</summary>
internal sealed class FunctionsHost(WebApplication app, FunctionCatalog catalog, FunctionKeys keys, ILogger logger)
    : IHost, IAsyncDisposable
{
    public IServiceProvider Services => app.Services;

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var addresses = string.Join(';', app.Urls);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException { InnerException: AddressInUseException } or
            SocketException { SocketErrorCode: SocketError.AccessDenied or SocketError.AddressNotAvailable })
        {
            throw new FunctionsHostException(
                $"The host cannot listen on {addresses}: {e.Message.TrimEnd('.')}. Free that address, or set another " +
                "with --urls, ASPNETCORE_URLS or PORT.", e);
        }
        Announce();
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => app.StopAsync(cancellationToken);

    public void Dispose() => ((IDisposable)app).Dispose();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private void Announce()
    {
        // The addresses are asked for again: a port 0 is a real one by now.
        if (logger.IsEnabled(LogLevel.Information))
            logger.Listening(string.Join(';', app.Urls));
        foreach (var timer in catalog.Timers)
            logger.Timer(timer.Name, timer.Schedule.ToString());
        foreach (var function in catalog.Http)
        {
            var methods = function.Methods.Count == 0 ? "any method" : string.Join(", ", function.Methods);
            logger.Http(function.Name, methods, function.Route);
            if (function.Level == AuthorizationLevel.Function && !keys.AnyOpens(function))
                logger.Closed(function.Name, FunctionKeys.SettingOf(function.Name), FunctionKeys.HostSetting, FunctionKeys.MasterSetting);
        }
    }
}
