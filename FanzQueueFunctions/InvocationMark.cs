using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace FanzQueueFunctions;

/// <summary>Marks what runs within an invocation of a function, whose log lines the Functions host shows by itself.</summary>
internal sealed class InvocationMark : IFunctionsWorkerMiddleware
{
    private static readonly AsyncLocal<bool> Within = new();

    /// <summary>Whether whoever asks runs within an invocation.</summary>
    public static bool IsSet => Within.Value;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        // Unset again by the end of this method: what it sets does not flow back to its caller.
        Within.Value = true;
        await next(context);
    }
}
