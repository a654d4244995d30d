using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace FanzQueueFunctions.Standalone.Tests;

/// <summary>Request by request, what an app of this shape answered under the real Functions host.</summary>
public sealed class RequestTests(RequestTests.Host host) : IClassFixture<RequestTests.Host>
{
    private const string Reset = "/api/queue/reset-stuck";
    private const string Json = "application/json; charset=utf-8";
    private const string Fire = "/admin/functions/ProcessQueue";

    /// <summary>Status, content type, and whether there is a body, for one request.</summary>
    [Theory]
    [MemberData(nameof(Table))]
    public async Task The_host_answers_as_the_Functions_host_does(
        string method, string path, string? key, string? body, int status, string? contentType)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");

        using var answer = await host.Running.SendAsync(new(method), path, key, content);

        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Equal(contentType, answer.Content.Headers.ContentType?.ToString());
        var empty = (await answer.Content.ReadAsByteArrayAsync(Now.Token)).Length == 0;
        Assert.Equal(contentType is null, empty);
    }

    public static IEnumerable<TheoryDataRow<string, string, string?, string?, int, string?>> Table =>
    [
        Row("No key gets 401", "POST", Reset, null, 401),
        Row("A wrong key gets 401", "POST", Reset, "wrong", 401),
        Row("A wrong key in the query gets 401", "POST", $"{Reset}?code=wrong", null, 401),
        Row("An empty key gets 401", "POST", $"{Reset}?code=", "", 401),
        Row("Another function's key gets 401", "POST", Reset, "other-key", 401),
        Row("The function's own key in the header passes", "POST", Reset, "reset-key", 200, Json),
        Row("The function's own key in the query passes", "POST", $"{Reset}?code=reset-key", null, 200, Json),
        Row("A host key passes", "POST", Reset, "host-key", 200, Json),
        Row("The master key passes", "POST", Reset, "master-key", 200, Json),
        Row("Wrong in the header and right in the query gets 401", "POST", $"{Reset}?code=reset-key", "wrong", 401),
        Row("Empty in the header and right in the query gets 401", "POST", $"{Reset}?code=reset-key", "", 401),
        Row("Right in the header and wrong in the query passes", "POST", $"{Reset}?code=wrong", "reset-key", 200, Json),
        Row("What the function refuses gets 400", "POST", $"{Reset}?refuse=1", "reset-key", 400, "application/problem+json; charset=utf-8"),
        Row("GET gets 404 with the key", "GET", Reset, "reset-key", 404),
        Row("GET gets 404 without the key", "GET", Reset, null, 404),
        Row("PUT gets 404 with the key", "PUT", Reset, "reset-key", 404),
        Row("PUT gets 404 without the key", "PUT", Reset, null, 404),
        Row("HEAD gets 404 with the key", "HEAD", Reset, "reset-key", 404),
        Row("HEAD gets 404 without the key", "HEAD", Reset, null, 404),
        Row("OPTIONS gets 404 with the key", "OPTIONS", Reset, "reset-key", 404),
        Row("OPTIONS gets 404 without the key", "OPTIONS", Reset, null, 404),
        Row("A trailing slash makes no difference", "POST", $"{Reset}/", "reset-key", 200, Json),
        Row("Capitals make no difference", "POST", "/API/Queue/RESET-stuck", "reset-key", 200, Json),
        Row("Without the prefix it is not found", "POST", "/queue/reset-stuck", "reset-key", 404),
        Row("An unknown route is not found", "POST", "/api/queue/nope", "reset-key", 404),
        Row("Firing a timer without a key gets 401", "POST", Fire, null, 401, body: "{}"),
        Row("Firing a timer with a wrong key gets 401", "POST", Fire, "wrong", 401, body: "{}"),
        Row("Firing a timer with a function's key gets 401", "POST", Fire, "reset-key", 401, body: "{}"),
        Row("Firing a timer with a host key gets 403", "POST", Fire, "host-key", 403, body: "{}"),
        Row("Firing a timer with the master key gets 202", "POST", Fire, "master-key", 202, body: "{}"),
        Row("Firing a timer with an input gets 202", "POST", Fire, "master-key", 202, body: """{"input": "x"}"""),
        Row("Firing a timer without a body gets 415", "POST", Fire, "master-key", 415),
        Row("Firing a timer with an empty JSON body gets 400", "POST", Fire, "master-key", 400, body: ""),
        Row("Firing a timer with malformed JSON gets 400", "POST", Fire, "master-key", 400, body: "{ malformed"),
        Row("Firing what is not there gets 404", "POST", "/admin/functions/Nope", "master-key", 404, body: "{}"),
        Row("An anonymous function passes without a key", "GET", "/api/ping", null, 200, Json),
        Row("An anonymous function passes with any key", "GET", "/api/ping", "wrong", 200, Json),
        Row("An admin-level function without a key gets 401", "POST", "/api/Purge", null, 401),
        Row("An admin-level function with its own key gets 401", "POST", "/api/Purge", "purge-key", 401),
        Row("An admin-level function with a host key gets 401", "POST", "/api/Purge", "host-key", 401),
        Row("An admin-level function with the master key passes", "POST", "/api/Purge", "master-key", 200, Json),
        Row("A function that throws gets 500", "POST", "/api/Broken", "host-key", 500),
        Row("The two methods of one route go to their own functions", "DELETE", "/api/ping", "host-key", 200, Json),
        Row("The root is not found", "GET", "/", null, 404),
        Row("Health needs no key", "GET", "/healthz", null, 200),
    ];

    [Fact]
    public async Task Firing_a_timer_with_a_body_that_is_not_JSON_gets_415()
    {
        using var body = new StringContent("x", MediaTypeHeaderValue.Parse("text/plain"));

        using var answer = await host.Running.SendAsync(HttpMethod.Post, Fire, "master-key", body);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task No_answer_names_the_server()
    {
        using var answer = await host.Running.SendAsync(HttpMethod.Get, "/api/ping");

        Assert.Empty(answer.Headers.Server);
    }

    [Fact]
    public async Task A_body_over_a_megabyte_gets_413()
    {
        using var body = new ByteArrayContent(new byte[1024 * 1024 + 1]);

        // It asks before it sends: a client that still sends when the connection is closed may not see the answer.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/Upload") { Content = body, Headers = { ExpectContinue = true } };
        request.Headers.Add("x-functions-key", "host-key");

        using var answer = await host.Running.Http.SendAsync(request, Now.Token);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Each_call_has_its_own_scope()
    {
        var first = await host.Running.Http.GetStringAsync(new Uri("/api/Scope", UriKind.Relative), Now.Token);
        var second = await host.Running.Http.GetStringAsync(new Uri("/api/Scope", UriKind.Relative), Now.Token);

        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task What_a_function_throws_is_logged_with_its_name()
    {
        using var answer = await host.Running.SendAsync(HttpMethod.Post, "/api/Broken", "host-key");

        Assert.Contains("Broken failed.\n      System.IO.InvalidDataException: on purpose\n", host.Running.Log, StringComparison.Ordinal);
    }

    private static TheoryDataRow<string, string, string?, string?, int, string?> Row(
        string sentence, string method, string path, string? key, int status, string? contentType = null, string? body = null) =>
        new(method, path, key, body, status, contentType) { TestDisplayName = sentence };

    /// <summary>One host for all the requests.</summary>
    public sealed class Host : IAsyncLifetime
    {
        internal TestHost Running { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Running = await TestHost.StartAsync([typeof(Functions)], new()
        {
            ["FUNCTIONS_MASTER_KEY"] = "master-key",
            ["FUNCTIONS_HOST_KEY"] = "host-key",
            ["FUNCTIONS_KEY_ResetStuckItems"] = "reset-key",
            ["FUNCTIONS_KEY_Other"] = "other-key",
            ["FUNCTIONS_KEY_Purge"] = "purge-key",
        });

        public ValueTask DisposeAsync() => Running.DisposeAsync();
    }

    internal sealed class Functions(IServiceProvider scope)
    {
        [Function("ProcessQueue")]
        public Task ProcessQueue([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => Task.CompletedTask;

        [Function("ResetStuckItems")]
        public Task<IResult> Reset(
            [HttpTrigger(AuthorizationLevel.Function, "post", Route = "queue/reset-stuck")] HttpRequest request,
            CancellationToken cancellationToken) =>
            Task.FromResult(request.Query.ContainsKey("refuse")
                ? Results.Json(
                    new ProblemDetails { Detail = "That is refused." },
                    contentType: "application/problem+json; charset=utf-8", statusCode: 400)
                : Results.Ok(new { reset = 0 }));

        [Function("Other")]
        public IResult Other([HttpTrigger("post")] HttpRequest request) => Results.Ok(0);

        [Function("Purge")]
        public IResult Purge([HttpTrigger(AuthorizationLevel.Admin, "post")] HttpRequest request) => Results.Ok(0);

        [Function("Broken")]
        public Task<IResult> Broken([HttpTrigger("post")] HttpRequest request) =>
            throw new InvalidDataException("on purpose");

        [Function("Ping")]
        public static IResult Ping([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ping")] HttpRequest request) =>
            Results.Ok("pong");

        [Function("Unping")]
        public static IResult Unping([HttpTrigger(AuthorizationLevel.Function, "delete", Route = "Ping")] HttpRequest request) =>
            Results.Ok("gone");

        [Function("Upload")]
        public async Task<IResult> Upload([HttpTrigger("post")] HttpRequest request, CancellationToken cancellationToken)
        {
            await request.Body.CopyToAsync(Stream.Null, cancellationToken);
            return Results.Ok(0);
        }

        [Function("Scope")]
        public IResult Scope([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            Results.Ok(scope.GetHashCode());
    }
}
