using FanzQueueFunctions.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FanzQueueFunctions.Standalone.Http;

/// <summary>All that the process serves, as the Functions host would. Whatever else is asked for is not found.</summary>
internal static class Endpoints
{
    /// <summary>The functions that ask for a key; each has one of its own, under its name.</summary>
    public static readonly string[] Keyed = ["QueueRead", "QueueChange", "ResetStuckItems", "Wake"];

    public static void MapQueue(this WebApplication app)
    {
        app.UseAnswersOfTheFunctionsHost();

        app.MapPost("/admin/functions/{name}", RunNow.AnswerAsync);

        var api = app.MapGroup("/api");
        string[] looks = [HttpMethods.Get, HttpMethods.Head];
        api.MapMethods(Routes.Alive, looks, (HealthHandler handler, CancellationToken cancellationToken) =>
            handler.AnswerAliveAsync(cancellationToken));
        api.MapMethods(Routes.Ready, looks, (HealthHandler handler, CancellationToken cancellationToken) =>
            handler.AnswerReadyAsync(cancellationToken));
        api.MapGet(Routes.Console, (HttpRequest request) => ConsoleHandler.Answer(request));
        api.MapGet(Routes.Principal, (HttpRequest request, PrincipalHandler handler) => handler.Answer(request));
        api.MapGet(Routes.Read, (HttpRequest request, ReadHandler handler, CancellationToken cancellationToken) =>
            handler.AnswerAsync(request, cancellationToken)).RequireKey("QueueRead");
        api.MapGet(Routes.ReadByPrincipal, (HttpRequest request, ReadHandler handler, CancellationToken cancellationToken) =>
            handler.AnswerPrincipalAsync(request, cancellationToken));
        api.MapPost(Routes.Change, (HttpRequest request, ChangeHandler handler, CancellationToken cancellationToken) =>
            handler.AnswerAsync(request, cancellationToken)).RequireKey("QueueChange");
        api.MapPost(Routes.ChangeByPrincipal, (HttpRequest request, ChangeHandler handler, CancellationToken cancellationToken) =>
            handler.AnswerPrincipalAsync(request, cancellationToken));
        api.MapPost(Routes.ResetStuck, (HttpRequest request, ResetStuckHandler handler) => handler.AnswerAsync(request))
            .RequireKey("ResetStuckItems");
        api.MapPost(Routes.Wake, (WakeHandler handler) => handler.Answer()).RequireKey("Wake");
    }

    /// <summary>What the Functions host answers in place of a handler, where ASP.NET Core would answer otherwise.</summary>
    internal static void UseAnswersOfTheFunctionsHost(this WebApplication app)
    {
        // A body that nobody reads comes to its end all the same: closed on a client that still sends, the connection would take the
        // answer with it. Whoever reads one has begun by now, within the limit.
        app.Use(async (context, next) =>
        {
            await next(context);
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } most)
                most.MaxRequestBodySize = null;
        });
        // A fault is logged and is a 500 with nothing in it; a body that is too large or cut short is the request's own fault.
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = _ => Task.CompletedTask,
            StatusCodeSelector = exception => exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException,
        });
        app.Use(async (context, next) =>
        {
            if (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            await next(context);
            // It knows a route by its methods, too.
            if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
            {
                context.Response.Headers.Allow = default;
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }
        });
    }

    private static void RequireKey(this RouteHandlerBuilder endpoint, string function) => endpoint.AddEndpointFilter(
        async (context, next) =>
        {
            var services = context.HttpContext.RequestServices;
            if (services.GetRequiredService<FunctionKeys>().LevelOf(context.HttpContext.Request, function) != KeyLevel.None)
                return await next(context);
            await services.GetRequiredService<KeyGuesses>().WaitAsync(context.HttpContext);
            return Results.Unauthorized();
        });
}
