using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Cronos;
using FanzQueueFunctions.Testbed.FunctionsHost.Rpc;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace FanzQueueFunctions.Testbed.FunctionsHost;

/// <summary>
/// A small stand-in for the Functions host: starts the Functions app as its worker and speaks the public
/// protocol (<c>FunctionRpc.proto</c>) to it. It indexes the functions, fires the timers by their schedules, forwards
/// HTTP requests to the worker's own address, and shows what the host would show of the log. One worker, which is not
/// started again when it ends.
/// </summary>
/// <remarks>Not done: extensions, storage, retries, scaling, placeholder mode, key management.</remarks>
public sealed partial class FunctionsHostStandIn : IRunningApp
{
    private const int MostBytesOfAMessage = int.MaxValue;

    private static readonly string Program = Path.Combine(AppProgram.FunctionsAppFolder, "FanzQueueFunctions.dll");

    // What the Functions host waits before it kills a worker that it told to end.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, string?> _settings;
    private readonly HttpFront _front;
    private readonly WorkerChannel _channel;
    private readonly WebApplication _web;
    private readonly HttpMessageInvoker _toWorker = new(new UntilItListens());
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, string> _running = [];
    private readonly ConcurrentQueue<RpcLog> _logs = [];
    private readonly Dictionary<string, WorkerFunction> _functions = new(StringComparer.OrdinalIgnoreCase);
    private AppProcess? _worker;
    private Task? _ready;
    private string? _workerAddress;

    private FunctionsHostStandIn(IEnumerable<(string Name, string? Value)> settings)
    {
        // As in an environment, the last of one name counts.
        _settings = settings.GroupBy(setting => setting.Name).ToDictionary(same => same.Key, same => same.Last().Value);
        _front = new HttpFront(_settings);
        _channel = new WorkerChannel(Show);
        // Empty: neither the environment nor a settings file of the program around it changes a stand-in.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // What the worker refuses is for the worker to refuse.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddRouting();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = MostBytesOfAMessage);
        builder.Services.AddSingleton(_channel);
        builder.Services.AddHttpForwarder();
        _web = builder.Build();
        _web.MapGrpcService<WorkerChannel>();
        _web.Map("/{**path}", AnswerAsync);
    }

    public int Id => Worker.Id;

    public bool HasExited => Worker.HasExited;

    public IReadOnlyList<string> Lines => Worker.Lines;

    /// <summary>All that the worker sent as log messages, shown or not.</summary>
    public IReadOnlyList<RpcLog> Logs => [.. _logs];

    /// <summary>What the worker says that it can do; empty before <see cref="AddressAsync"/> has returned.</summary>
    public IReadOnlyDictionary<string, string> Capabilities { get; private set; } = new Dictionary<string, string>();

    /// <summary>What the worker offers, by name; empty before <see cref="AddressAsync"/> has returned.</summary>
    public IReadOnlyDictionary<string, WorkerFunction> Functions => _functions;

    private AppProcess Worker => _worker ?? throw new InvalidOperationException("The worker was not started.");

    /// <summary>Starts the host and its worker, and returns before the worker is ready.</summary>
    /// <param name="settings">The app's settings; the schedules must be among them, as in Azure.</param>
    /// <exception cref="InvalidOperationException">The Functions app was not built.</exception>
    public static Task<FunctionsHostStandIn> StartAsync(params (string Name, string? Value)[] settings) =>
        StartAsync((IEnumerable<(string Name, string? Value)>)settings);

    /// <inheritdoc cref="StartAsync(ValueTuple{string, string?}[])"/>
    public static async Task<FunctionsHostStandIn> StartAsync(IEnumerable<(string Name, string? Value)> settings)
    {
        if (!File.Exists(Program))
            throw new InvalidOperationException(
                $"There is no {Program}. Build it: dotnet build FanzQueueFunctions -c Release");
        var host = new FunctionsHostStandIn(settings);
        await host._web.StartAsync();
        host.StartWorker();
        return host;
    }

    /// <exception cref="WorkerGoneException">The worker ended before it was ready.</exception>
    /// <exception cref="InvalidOperationException">A function could not be loaded, or its schedule is not set.</exception>
    public async Task<Uri> AddressAsync()
    {
        await _ready!;
        return Address(0);
    }

    public Task<string> WaitForLineAsync(string text, int after = 0, int seconds = 30) =>
        Worker.WaitForLineAsync(text, after, seconds);

    /// <summary>Runs a timer's function now, beside a run that may be under way.</summary>
    /// <param name="cancellationToken">Cancelled, the worker is told so, and its answer is waited for all the same.</param>
    /// <returns>How the run ended.</returns>
    /// <exception cref="WorkerGoneException">The worker ended before it answered.</exception>
    public async Task<StatusResult> FireAsync(string name, CancellationToken cancellationToken = default)
    {
        await _ready!;
        return await InvokeAsync(_functions[name], Guid.NewGuid(), cancellationToken);
    }

    /// <summary>Tells the worker to end, as the host does before it kills it five seconds later.</summary>
    public void Terminate() =>
        _channel.Send(new() { WorkerTerminate = new() { GracePeriod = Duration.FromTimeSpan(GracePeriod) } });

    public void Signal(string name) => Worker.Signal(name);

    public Task<int> WaitForExitAsync(int seconds = 40) => Worker.WaitForExitAsync(seconds);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_worker is not null)
            await _worker.DisposeAsync();
        await _web.DisposeAsync();
        _toWorker.Dispose();
        _stopping.Dispose();
    }

    private void StartWorker()
    {
        var grpc = Address(1);
        var workerId = Guid.NewGuid().ToString();
        var requestId = Guid.NewGuid().ToString();
        var length = MostBytesOfAMessage.ToString();
        _worker = AppProcess.Start(
            new AppProgram("dotnet", Program),
            [
                ("ASPNETCORE_URLS", null),
                ("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated"),
                ("FUNCTIONS_APPLICATION_DIRECTORY", AppProgram.FunctionsAppFolder),
                .. _settings.Select(setting => (setting.Key, setting.Value)),
            ],
            "--host", grpc.Host, "--port", grpc.Port.ToString(), "--workerId", workerId, "--requestId", requestId,
            "--grpcMaxMessageLength", length, "--functions-uri", grpc.AbsoluteUri, "--functions-worker-id", workerId,
            "--functions-request-id", requestId, "--functions-grpc-max-message-length", length);
        _ready = IndexAsync();
        _ = CloseWhenGoneAsync();
    }

    private async Task CloseWhenGoneAsync()
    {
        var code = await Worker.Exited;
        _channel.Close(new WorkerGoneException($"The worker ended with exit code {code}."));
    }

    /// <summary>The conversation of the start: what can you do, which functions have you, load them.</summary>
    private async Task IndexAsync()
    {
        await _channel.Opened;
        var init = (await _channel.AskAsync(new()
        {
            WorkerInitRequest = new()
            {
                HostVersion = "4.0.0.0",
                WorkerDirectory = AppProgram.FunctionsAppFolder,
                FunctionAppDirectory = AppProgram.FunctionsAppFolder,
            },
        })).WorkerInitResponse;
        Demand(init.Result, "The worker was not initialized");
        Capabilities = new Dictionary<string, string>(init.Capabilities);
        _workerAddress = Capabilities.GetValueOrDefault("HttpUri");

        var indexed = (await _channel.AskAsync(new()
        {
            FunctionsMetadataRequest = new() { FunctionAppDirectory = AppProgram.FunctionsAppFolder },
        })).FunctionMetadataResponse;
        Demand(indexed.Result, "The functions were not indexed");
        foreach (var metadata in indexed.FunctionMetadataResults)
            await LoadAsync(new WorkerFunction(metadata));
    }

    private async Task LoadAsync(WorkerFunction function)
    {
        // As the host does it: the function is left out, the others are served.
        if (function.IsHttp && _front.Add(function) is { } refusal)
        {
            Worker.Keep($"The '{function.Name}' function is in error: {refusal}");
            return;
        }

        var loaded = (await _channel.AskAsync(new()
        {
            FunctionLoadRequest = new() { FunctionId = function.Metadata.FunctionId, Metadata = function.Metadata },
        })).FunctionLoadResponse;
        Demand(loaded.Result, $"The function {function.Name} was not loaded");
        _functions.Add(function.Name, function);
        if (function.IsTimer)
            _ = RunTimerAsync(function, CronExpression.Parse(ScheduleOf(function), CronFormat.IncludeSeconds));
    }

    private static void Demand(StatusResult result, string otherwise)
    {
        if (result.Status != StatusResult.Types.Status.Success)
            throw new InvalidOperationException($"{otherwise}: {result.Exception?.Message}");
    }

    /// <summary>A setting between percent signs is the host's to look up: the worker's own default does not reach it.</summary>
    private string ScheduleOf(WorkerFunction timer) => Setting().Replace(
        (string)timer.Trigger["schedule"]!,
        match => _settings.GetValueOrDefault(match.Groups[1].Value) ??
            throw new InvalidOperationException($"{timer.Name}: {match.Value} does not resolve to a value."));

    /// <summary>A run that is under way is waited for: no timer overlaps itself.</summary>
    private async Task RunTimerAsync(WorkerFunction timer, CronExpression schedule)
    {
        try
        {
            var last = DateTime.UtcNow;
            while (schedule.GetNextOccurrence(last) is { } next)
            {
                if (next > DateTime.UtcNow)
                    await Task.Delay(next - DateTime.UtcNow, _stopping.Token);
                await InvokeAsync(timer, Guid.NewGuid(), CancellationToken.None);
                last = DateTime.UtcNow > next ? DateTime.UtcNow : next;
            }
        }
        catch (Exception exception) when (exception is WorkerGoneException or OperationCanceledException)
        {
        }
    }

    private async Task<StatusResult> InvokeAsync(WorkerFunction function, Guid id, CancellationToken cancellationToken)
    {
        var invocation = id.ToString();
        _running[invocation] = function.Name;
        try
        {
            var answer = _channel.AskAsync(new()
            {
                InvocationRequest = new()
                {
                    InvocationId = invocation,
                    FunctionId = function.Metadata.FunctionId,
                    TraceContext = new(),
                    InputData = { new ParameterBinding { Name = (string)function.Trigger["name"]!, Data = InputOf(function) } },
                },
            });
            await using var cancel = cancellationToken.Register(
                () => _channel.Send(new() { InvocationCancel = new() { InvocationId = invocation } }));
            return (await answer).InvocationResponse.Result;
        }
        finally
        {
            _running.TryRemove(invocation, out _);
        }
    }

    private static TypedData InputOf(WorkerFunction function) => function.IsHttp
        ? new() { Http = new() }
        : new() { Json = """{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}""" };

    private async Task AnswerAsync(HttpContext context)
    {
        await _ready!;
        var request = context.Request;
        if (HttpFront.TimerOf(request) is { } name)
            context.Response.StatusCode = await FireByHandAsync(name, request);
        else if (_front.FunctionOf(request) is not { } function)
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        else if (!_front.MayCall(function, request))
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        else
            await ForwardAsync(function, context);
    }

    private async Task<int> FireByHandAsync(string name, HttpRequest request)
    {
        if (!_front.IsMaster(request))
            return _front.IsHost(request) ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
        if (!request.HasJsonContentType())
            return StatusCodes.Status415UnsupportedMediaType;
        if (!await HttpFront.HasJsonBodyAsync(request))
            return StatusCodes.Status400BadRequest;
        if (!_functions.TryGetValue(name, out var timer))
            return StatusCodes.Status404NotFound;
        _ = InvokeAsync(timer, Guid.NewGuid(), CancellationToken.None)
            .ContinueWith(_ => { }, TaskScheduler.Default);
        return StatusCodes.Status202Accepted;
    }

    /// <summary>The request goes to the worker's own address, and beside it the invocation; an id tells which is whose.</summary>
    private async Task ForwardAsync(WorkerFunction function, HttpContext context)
    {
        var id = Guid.NewGuid();
        context.Request.Headers["x-ms-invocation-id"] = id.ToString();
        var forwarding = _web.Services.GetRequiredService<IHttpForwarder>().SendAsync(
            context, _workerAddress!, _toWorker, new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromSeconds(240) });
        await ((Task)InvokeAsync(function, id, context.RequestAborted)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await forwarding;
    }

    /// <summary>
    /// The host shows what the app logs in an invocation, and passes over what it logs outside of one; of the worker's
    /// libraries it shows warnings and errors.
    /// </summary>
    private void Show(RpcLog log)
    {
        _logs.Enqueue(log);
        var shown = log.LogCategory == RpcLog.Types.RpcLogCategory.System
            ? log.Level >= RpcLog.Types.Level.Warning
            : log.Level >= RpcLog.Types.Level.Information && _running.ContainsKey(log.InvocationId);
        if (shown)
            Worker.Keep(log.Message);
    }

    private Uri Address(int index) => new(_web.Urls.ElementAt(index));

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Setting();
}
