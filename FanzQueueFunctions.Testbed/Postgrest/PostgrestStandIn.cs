using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FanzQueueFunctions.Testbed.Postgrest;

/// <summary>
/// A small stand-in for PostgREST 14: Kestrel in front of a real database, for calls of functions and nothing else.
/// It answers as PostgREST was recorded to, and lets a test break the way between caller and database.
/// </summary>
/// <remarks>
/// Not offered, and refused with 501: filters and the like on a result, CSV and PostgREST's own media types, counts.
/// Not done: request headers and cookies as settings, <c>raise sqlstate 'PGRST'</c>, variadic functions.
/// </remarks>
public sealed class PostgrestStandIn : IAsyncDisposable
{
    private readonly PostgrestOptions _options;
    private readonly Database _database;
    private readonly RpcHandler _handler;
    private readonly Gateway? _gateway;
    private readonly WebApplication _web;

    private PostgrestStandIn(PostgrestOptions options)
    {
        if (Encoding.UTF8.GetByteCount(options.JwtSecret) < 32)
            throw new ArgumentException(
                "The JWT secret is too short: PostgREST asks for 32 bytes or more.", nameof(options));
        _options = options;
        _database = new Database(options);
        _handler = new RpcHandler(options, _database);
        _gateway = options.Gateway is { } keys ? new Gateway(keys, options.JwtSecret, options.Time) : null;
        _web = BuildWeb(options.Url);
        if (options.PathPrefix is not "")
            _web.UsePathBase(options.PathPrefix);
        _web.Run(HandleAsync);
    }

    /// <summary>Where it listens, without the path prefix.</summary>
    public Uri Address => new(_web.Urls.First());

    /// <summary>The settings that lead an app here.</summary>
    /// <param name="key">Its key; null: the service role's.</param>
    public (string Name, string? Value)[] Settings(string? key = null) =>
    [
        ("SUPABASE_URL", Address.AbsoluteUri),
        ("SUPABASE_SERVICE_ROLE_KEY", key ?? Jwt.Sign("service_role", _options.JwtSecret)),
    ];

    /// <summary>What goes wrong on the way; at first nothing.</summary>
    public Faults Faults { get; } = new();

    /// <summary>Listens as soon as this returns. The database may come later; until then the answer is 503.</summary>
    /// <exception cref="ArgumentException">The JWT secret is too short.</exception>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<PostgrestStandIn> StartAsync(PostgrestOptions options)
    {
        var standIn = new PostgrestStandIn(options);
        try
        {
            await standIn._database.Schema.ReadAsync();
            await standIn._web.StartAsync();
            return standIn;
        }
        catch
        {
            await standIn.DisposeAsync();
            throw;
        }
    }

    /// <summary>A Supabase project of a test's own: the API of its database, under the path that Supabase serves it at.</summary>
    /// <inheritdoc cref="StartAsync"/>
    public static Task<PostgrestStandIn> StartProjectAsync(string connectionString) => StartAsync(new()
    {
        ConnectionString = connectionString,
        JwtSecret = "the-secret-of-the-tests-32-bytes-long",
        PathPrefix = "/rest/v1",
    });

    /// <summary>Stops listening, waits up to five seconds for calls in flight, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync();
        await _web.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static WebApplication BuildWeb(string url)
    {
        // Empty: neither the environment nor a settings file of the program around it changes a stand-in.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(url).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        return builder.Build();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = await PooledBytes.ReadAsync(
            context.Request.Body, context.Request.ContentLength, context.RequestAborted);
        var function = RpcHandler.FunctionOf(context.Request.Path);
        var fault = function is null ? Fault.None : Faults.Next(function);
        switch (fault.Kind)
        {
            case FaultKind.DropBefore:
                context.Abort();
                return;
            case FaultKind.GatewayError:
                await SendAsync(context, GatewayError(fault.Status));
                return;
            case FaultKind.RateLimited:
                await SendAsync(context, RateLimited(fault.Delay));
                return;
            case FaultKind.DelayBefore:
                await DelayAsync(fault.Delay);
                break;
        }

        using var answer = await AnswerAsync(context.Request, body.Memory, fault.Kind);
        switch (fault.Kind)
        {
            case FaultKind.DropAfter:
                context.Abort();
                return;
            case FaultKind.Cut:
                await SendHalfAsync(context, answer);
                return;
            case FaultKind.Corrupt:
                using (var corrupt = Corrupt(answer))
                    await SendAsync(context, corrupt);
                return;
            case FaultKind.BrokenGzip:
                context.Response.Headers.ContentEncoding = "gzip";
                break;
            case FaultKind.DelayAfter:
                await DelayAsync(fault.Delay);
                break;
        }
        await SendAsync(context, answer);
    }

    private async Task<Answer> AnswerAsync(HttpRequest request, ReadOnlyMemory<byte> body, FaultKind fault)
    {
        string? authorization = request.Headers.Authorization;
        if (_gateway is not null)
        {
            (authorization, var refusal) = _gateway.Admit(request);
            if (refusal is not null)
                return refusal;
        }
        if (!request.PathBase.HasValue && _options.PathPrefix is not "")
            return new Answer(StatusCodes.Status404NotFound);

        var first = _handler.AnswerAsync(request, authorization, body);
        if (fault is FaultKind.Duplicate)
            await first;
        if (fault is FaultKind.Duplicate or FaultKind.DuplicateAtOnce)
            (await _handler.AnswerAsync(request, authorization, body)).Dispose();
        return await first;
    }

    // Not ended by the caller: a packet that is late arrives, whoever sent it.
    private Task DelayAsync(TimeSpan delay) => Task.Delay(delay, _options.Time, _web.Lifetime.ApplicationStopping);

    private static async Task SendAsync(HttpContext context, Answer answer)
    {
        WriteHead(context, answer);
        if (answer.Body.IsEmpty)
            return;
        if (!AcceptsGzip(context.Request))
        {
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
            return;
        }
        // As the network in front of Supabase does. ASP.NET Core's middleware skips answers with a Content-Range.
        context.Response.ContentLength = null;
        context.Response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
        await gzip.WriteAsync(answer.Body, context.RequestAborted);
    }

    private static bool AcceptsGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding
            .Any(coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase));

    // Kestrel closes a connection on which less came than was announced, after it has sent what came.
    private static async Task SendHalfAsync(HttpContext context, Answer answer)
    {
        if (answer.Body.IsEmpty)
        {
            context.Abort();
            return;
        }
        WriteHead(context, answer);
        await context.Response.Body.WriteAsync(answer.Body[..(answer.Body.Length / 2)], context.RequestAborted);
    }

    private static void WriteHead(HttpContext context, Answer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        foreach (var (name, value) in answer.Headers)
            response.Headers.Append(name, value);
        if (answer.Status is not StatusCodes.Status204NoContent)
            response.ContentLength = answer.Body.Length;
    }

    // 0xFF occurs in no UTF-8, so the first byte alone makes sure that this is not JSON.
    private static Answer Corrupt(Answer answer)
    {
        var garbled = answer.Body.IsEmpty ? new byte[1] : answer.Body.ToArray();
        for (var i = 0; i < garbled.Length; i += 64)
            garbled[i] = 0xFF;
        return new Answer(StatusCodes.Status200OK)
        {
            ContentType = Answer.Json,
            Headers = answer.Headers,
            Body = garbled,
        };
    }

    private static Answer GatewayError(int status) => new(status)
    {
        ContentType = "text/html; charset=UTF-8",
        Body = Encoding.UTF8.GetBytes(
            $"<html>\r\n<head><title>{status}</title></head>\r\n<body><h1>{status}</h1></body>\r\n</html>\r\n"),
    };

    private static Answer RateLimited(TimeSpan retryAfter) => new(StatusCodes.Status429TooManyRequests)
    {
        ContentType = Answer.Json,
        Headers = [("Retry-After", ((int)retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture))],
        Body = """{"message":"API rate limit exceeded"}"""u8.ToArray(),
    };
}
