using FanzQueueFunctions.Standalone.Catalog;
using FanzQueueFunctions.Standalone.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Standalone.Http;

/// <summary>All that the host serves. Whatever else is asked for is not found.</summary>
internal static class HttpRoutes
{
    public static void Map(WebApplication app, FunctionCatalog catalog, FunctionKeys keys)
    {
        app.Use((context, next) =>
        {
            if (!app.Lifetime.ApplicationStopping.IsCancellationRequested)
                return next(context);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        app.Map(HealthEndpoint.Route, HealthEndpoint.AnswerAsync);
        app.Map(AdminEndpoint.Route, new AdminEndpoint(keys, app.Services.GetRequiredService<TimerListener>()).AnswerAsync);
        var loggers = app.Services.GetRequiredService<ILoggerFactory>();
        foreach (var functions in catalog.Http.GroupBy(function => function.Route, StringComparer.OrdinalIgnoreCase))
            app.Map($"/api/{functions.Key}", new FunctionEndpoint([.. functions], keys, loggers).AnswerAsync);
    }
}
