using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FanzQueueFunctions;

/// <summary>
/// What the worker's own server takes of a request. The Functions host has taken it already, adds headers and encodes the
/// address anew before it forwards it: refused here, the host would wait 15 seconds for an invocation that never comes.
/// </summary>
internal static class HostLimits
{
    public static void AddHostLimits(this IHostApplicationBuilder builder) =>
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            var limits = kestrel.Limits;
            // The host takes 100 headers of 32 KB in all and a first line of 8 KB; encoded, each character may become nine.
            limits.MaxRequestHeaderCount = 200;
            limits.MaxRequestHeadersTotalSize = 128 * 1024;
            limits.MaxRequestLineSize = 128 * 1024;
            limits.MaxRequestBufferSize = 1024 * 1024;
            // The host's is 100 MB. What a function does not read must come to its end all the same, or the host's answer is 502.
            limits.MaxRequestBodySize = null;
        });
}
