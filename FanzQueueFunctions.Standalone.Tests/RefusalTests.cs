using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>What the host refuses at start, and in which words.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void Two_functions_of_one_name() =>
        Refuses<SameName>("The function sweep cannot be served: another function has the same name");

    [Fact]
    public void A_name_that_is_not_one() => Refuses<BadName>("The function re sweep cannot be served: its name must be");

    [Fact]
    public void A_route_that_begins_with_admin() => Refuses<AdminRoute>(
        "The function Sweep cannot be served: its route 'Admin/sweep' conflicts with one or more built in routes");

    [Fact]
    public void A_route_that_begins_with_runtime() => Refuses<RuntimeRoute>(
        "its route 'runtimes' conflicts with one or more built in routes");

    [Fact]
    public void A_route_that_is_malformed() => Refuses<MalformedRoute>("its route 'a/{b' is invalid: ");

    [Fact]
    public void Two_functions_of_one_route_and_method() =>
        Refuses<SameRoute>("The function Second cannot be served: the function First has the same route and method.");

    [Fact]
    public void A_parameter_that_it_cannot_bind() => Refuses<UnboundParameter>(
        "The function Sweep cannot be called: its parameter 'id' is a String, which the Standalone host cannot bind; " +
        "it gives an HttpRequest and a CancellationToken.");

    [Fact]
    public void A_trigger_on_a_parameter_of_another_type() => Refuses<WrongInput>(
        "its parameter 'timer' is a String, which the Standalone host cannot bind; it gives a TimerInfo");

    [Fact]
    public void A_function_without_a_trigger() => Refuses<NoTrigger>("none of its parameters has a trigger");

    [Fact]
    public void A_function_that_is_not_public() => Refuses<Hidden>("its method Hidden.Run must be public");

    [Fact]
    public void A_task_of_a_result_by_its_own_type() =>
        Refuses<OwnResult>("The function Sweep returns Task`1; return an IResult, a Task<IResult>, or a Task");

    [Fact]
    public void A_result_that_it_cannot_send() => Refuses<WrongResult>("The function Sweep returns String; return an IResult");

    [Fact]
    public void A_level_that_it_does_not_offer() =>
        Refuses<SystemLevel>("the Standalone host does not offer AuthorizationLevel.System");

    [Fact]
    public void An_HTTP_function_without_ConfigureFunctionsWebApplication()
    {
        var builder = new FunctionsApplicationBuilder([], [typeof(RequestTests.Functions)]);

        var refusal = Assert.Throws<FunctionsHostException>(builder.Build);

        Assert.Contains("call ConfigureFunctionsWebApplication()", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schedule_whose_setting_is_missing() => Refuses<OnSetting>(
        "The schedule of the function Sweep is the setting SWEEP_SCHEDULE, which is not set; set it to six fields, " +
        "\"second minute hour day month day-of-week\", such as */10 * * * * *");

    [Theory]
    [InlineData("")]
    [InlineData("often")]
    [InlineData("00:00:10")]
    [InlineData("*/5 * * * *")]
    [InlineData("61 * * * * *")]
    [InlineData("@hourly")]
    [InlineData("0 0 0 L * *")]
    [InlineData("0 0 0 ? * *")]
    [InlineData("0 0 0 * * 1#2")]
    [InlineData("5/15 * * * * *")]
    [InlineData("1, * * * * *")]
    public void A_schedule_that_Azure_would_not_read_so(string schedule) => Refuses<OnSetting>(
        $"The schedule of the function Sweep (%SWEEP_SCHEDULE%) is '{schedule}', which is not a schedule; use six fields",
        new() { ["SWEEP_SCHEDULE"] = schedule });

    [Fact]
    public void A_schedule_that_never_comes() => Refuses<OnSetting>(
        "is '0 0 0 31 2 *', a time that never comes.", new() { ["SWEEP_SCHEDULE"] = "0 0 0 31 2 *" });

    [Fact]
    public void A_second_Build()
    {
        var builder = TestHost.Builder([]);
        using var host = builder.Build();

        Assert.Throws<InvalidOperationException>(builder.Build);
    }

    [Fact]
    public async Task An_address_that_is_taken()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var builder = TestHost.Builder([], new() { ["urls"] = $"http://{other.LocalEndpoint}" });
        using var host = builder.Build();

        var refusal = await Assert.ThrowsAsync<FunctionsHostException>(() => host.StartAsync(Now.Token));

        Assert.StartsWith($"The host cannot listen on http://{other.LocalEndpoint}: ", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("or set another with --urls, ASPNETCORE_URLS or PORT.", refusal.Message, StringComparison.Ordinal);
    }

    private static void Refuses<T>(string words, Dictionary<string, string?>? settings = null)
    {
        var refusal = Assert.Throws<FunctionsHostException>(TestHost.Builder([typeof(T)], settings).Build);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }

    private sealed class SameName
    {
        [Function("Sweep")]
        public void One([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer)
        {
        }

        [Function("sweep")]
        public void Two([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer)
        {
        }
    }

    private sealed class BadName
    {
        [Function("re sweep")]
        public void Run([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer)
        {
        }
    }

    private sealed class AdminRoute
    {
        [Function("Sweep")]
        public IResult Run([HttpTrigger("post", Route = "/Admin/sweep")] HttpRequest request) => Results.Ok();
    }

    private sealed class RuntimeRoute
    {
        [Function("Sweep")]
        public IResult Run([HttpTrigger("post", Route = "runtimes")] HttpRequest request) => Results.Ok();
    }

    private sealed class MalformedRoute
    {
        [Function("Sweep")]
        public IResult Run([HttpTrigger("post", Route = "a/{b")] HttpRequest request) => Results.Ok();
    }

    private sealed class SameRoute
    {
        [Function("First")]
        public IResult First([HttpTrigger("get", "post", Route = "sweep")] HttpRequest request) => Results.Ok();

        [Function("Second")]
        public IResult Second([HttpTrigger("post", "put", Route = "Sweep")] HttpRequest request) => Results.Ok();
    }

    private sealed class UnboundParameter
    {
        [Function("Sweep")]
        public IResult Run([HttpTrigger("post", Route = "sweep/{id}")] HttpRequest request, string id) => Results.Ok(id);
    }

    private sealed class WrongInput
    {
        [Function("Sweep")]
        public void Run([TimerTrigger("0 0 0 1 1 *")] string timer)
        {
        }
    }

    private sealed class NoTrigger
    {
        [Function("Sweep")]
        public void Run(CancellationToken cancellationToken)
        {
        }
    }

    private sealed class Hidden
    {
        [Function("Sweep")]
        internal void Run([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer)
        {
        }
    }

    private sealed class OwnResult
    {
        [Function("Sweep")]
        public Task<Ok> RunAsync([HttpTrigger("post")] HttpRequest request) => Task.FromResult(TypedResults.Ok());
    }

    private sealed class WrongResult
    {
        [Function("Sweep")]
        public string Run([HttpTrigger("post")] HttpRequest request) => "done";
    }

    private sealed class SystemLevel
    {
        [Function("Sweep")]
        public IResult Run([HttpTrigger(AuthorizationLevel.System, "post")] HttpRequest request) => Results.Ok();
    }

    private sealed class OnSetting
    {
        [Function("Sweep")]
        public void Run([TimerTrigger("%SWEEP_SCHEDULE%")] TimerInfo timer)
        {
        }
    }
}
