using FanzQueueFunctions.Standalone.Catalog;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Standalone.Http;

/// <summary>One route under <c>/api</c> and the functions behind it, each with methods of its own.</summary>
internal sealed class FunctionEndpoint(
    IReadOnlyList<HttpFunction> functions, FunctionKeys keys, ILoggerFactory loggers)
{
    public async Task AnswerAsync(HttpContext context)
    {
        var function = functions.FirstOrDefault(function => function.Serves(context.Request.Method));
        if (function is null)
            // Not 405: the Functions host knows a route by its methods, too.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        else if (!Opens(function, context.Request))
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        else
            await CallAsync(function, context);
    }

    private bool Opens(HttpFunction function, HttpRequest request) => function.Level switch
    {
        AuthorizationLevel.Anonymous => true,
        AuthorizationLevel.Function => keys.LevelOf(request, function.Name) >= KeyLevel.Function,
        _ => keys.LevelOf(request) == KeyLevel.Master,
    };

    private async Task CallAsync(HttpFunction function, HttpContext context)
    {
        try
        {
            var result = await function.Call.InvokeAsync(context.RequestServices, context.Request, context.RequestAborted);
            if (result is not null)
                await result.ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone, and nobody reads an answer.
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            // The request's fault, found as its body was read: too large, or cut short.
            context.Response.StatusCode = e.StatusCode;
        }
#pragma warning disable CA1031 // Whatever a function throws is answered and logged, as the Functions host does.
        catch (Exception e)
#pragma warning restore CA1031
        {
            loggers.CreateLogger($"Function.{function.Name}").Failed(function.Name, e);
            if (context.Response.HasStarted)
                // Half an answer must not look like a whole one.
                context.Abort();
            else
            {
                context.Response.Clear();
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        }
    }
}
