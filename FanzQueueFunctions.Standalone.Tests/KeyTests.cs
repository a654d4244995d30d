using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>A key that is not set, or is empty, opens nothing.</summary>
public sealed class KeyTests
{
    private static readonly Dictionary<string, string?> Empty = new()
    {
        ["FUNCTIONS_MASTER_KEY"] = "",
        ["FUNCTIONS_HOST_KEY"] = "",
        ["FUNCTIONS_KEY_Sweep"] = "",
    };

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("any")]
    public async Task Nothing_passes_where_no_key_is_set(string? key)
    {
        await using var host = await TestHost.StartAsync([typeof(Functions)]);

        await AssertClosed(host, key);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("any")]
    public async Task Nothing_passes_where_the_keys_are_empty(string? key)
    {
        await using var host = await TestHost.StartAsync([typeof(Functions)], Empty);

        await AssertClosed(host, key);
    }

    [Fact]
    public async Task A_function_that_no_key_opens_is_named_at_start()
    {
        await using var host = await TestHost.StartAsync([typeof(Functions)], Empty);

        Assert.Contains(
            "Sweep answers 401 to all: it needs a key and none is set; set FUNCTIONS_KEY_Sweep, " +
            "FUNCTIONS_HOST_KEY or FUNCTIONS_MASTER_KEY.\n", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_key_is_ever_logged()
    {
        await using var host = await TestHost.StartAsync([typeof(Functions)], new()
        {
            ["FUNCTIONS_MASTER_KEY"] = "a-master-key",
            ["Logging:LogLevel:Default"] = "Trace",
            ["Logging:LogLevel:Microsoft"] = "Trace",
        });

        using var answer = await host.SendAsync(HttpMethod.Post, "/api/Sweep", "a-master-key");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("dbug: ", host.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("a-master-key", host.Log, StringComparison.Ordinal);
    }

    private static async Task AssertClosed(TestHost host, string? key)
    {
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        using var function = await host.SendAsync(HttpMethod.Post, "/api/Sweep", key);
        using var admin = await host.SendAsync(HttpMethod.Post, "/admin/functions/Tick", key, body);

        Assert.Equal(HttpStatusCode.Unauthorized, function.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, admin.StatusCode);
    }

    internal sealed class Functions
    {
        [Function("Sweep")]
        public IResult Sweep([HttpTrigger("post")] HttpRequest request) => Results.Ok();

        [Function("Tick")]
        public Task TickAsync([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => Task.CompletedTask;
    }
}
