using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.Benchmarks.Sections;

/// <summary>The app as an operator speaks to it over HTTP; it works on nothing by itself.</summary>
internal sealed class OperatorApp : IAsyncDisposable
{
    private const string Key = "a-key-of-this-benchmark";

    private readonly AppProcess _process;

    private OperatorApp(AppProcess process, Uri address)
    {
        _process = process;
        Http = new HttpClient { BaseAddress = new Uri(address, "/api/queue/") };
        Http.DefaultRequestHeaders.Add("x-functions-key", Key);
    }

    /// <summary>Has the key; addresses are those below <c>/api/queue/</c>.</summary>
    public HttpClient Http { get; }

    public static async Task<OperatorApp> StartAsync(TestDatabase database)
    {
        var process = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString),
            ("PROCESS_QUEUE_SCHEDULE", "0 0 0 29 2 *"),
            ("HEALTH_SCHEDULE", "0 0 0 29 2 *"),
            ("Queue__Wake", "false"),
            ("FUNCTIONS_HOST_KEY", Key));
        return new(process, await process.AddressAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }
}
