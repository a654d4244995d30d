using System.Text;
using FanzQueueFunctions.Testbed;

namespace FanzQueueFunctions.BothHeads.Tests;

/// <summary>A request, and what the real Functions host was seen to answer.</summary>
/// <param name="Says">The row as a sentence.</param>
/// <param name="Status">The answer's status.</param>
/// <param name="ContentType">The answer's content type; null where its body is empty.</param>
/// <param name="Key">The key in <c>x-functions-key</c>; null for none.</param>
/// <param name="Body">The request's body; null for none.</param>
/// <param name="BodyType">The body's content type.</param>
public sealed record HostRequest(
    string Says, string Method, string Path, int Status, string? ContentType = null, string? Key = null, string? Body = null,
    string BodyType = "application/json")
{
    private const string Reset = "/api/queue/reset-stuck";
    private const string Fire = "/admin/functions/Prune";
    private const string Json = "application/json; charset=utf-8";
    private const string Problem = "application/problem+json; charset=utf-8";

    /// <summary>The settings that the list counts on.</summary>
    public static readonly (string Name, string? Value)[] Settings =
    [
        ("PROCESS_QUEUE_SCHEDULE", "0 0 0 29 2 *"),
        ("HEALTH_SCHEDULE", "0 0 0 29 2 *"),
        ("PRUNE_SCHEDULE", "0 0 0 29 2 *"),
        ("Queue__Wake", "false"),
        ("FUNCTIONS_MASTER_KEY", "master-key"),
        ("FUNCTIONS_HOST_KEY", "host-key"),
        ("FUNCTIONS_KEY_ResetStuckItems", "reset-key"),
        ("FUNCTIONS_KEY_QueueRead", "read-key"),
        ("FUNCTIONS_KEY_QueueChange", "change-key"),
        ("FUNCTIONS_KEY_Wake", "wake-key"),
    ];

    public static IReadOnlyList<HostRequest> All { get; } =
    [
        new("No key gets 401", "POST", Reset, 401),
        new("A wrong key gets 401", "POST", Reset, 401, Key: "wrong"),
        new("A wrong key in the query gets 401", "POST", $"{Reset}?code=wrong", 401),
        new("An empty key gets 401", "POST", $"{Reset}?code=", 401, Key: ""),
        new("A key in capitals gets 401", "POST", Reset, 401, Key: "RESET-KEY"),
        new("Another function's key gets 401", "POST", Reset, 401, Key: "change-key"),
        new("The function's own key in the header passes", "POST", Reset, 200, Json, "reset-key"),
        new("The function's own key in the query passes", "POST", $"{Reset}?code=reset-key", 200, Json),
        new("A host key passes", "POST", Reset, 200, Json, "host-key"),
        new("The master key passes", "POST", Reset, 200, Json, "master-key"),
        new("Wrong in the header and right in the query gets 401", "POST", $"{Reset}?code=reset-key", 401, Key: "wrong"),
        new("Empty in the header and right in the query gets 401", "POST", $"{Reset}?code=reset-key", 401, Key: ""),
        new("Right in the header and wrong in the query passes", "POST", $"{Reset}?code=wrong", 200, Json, "reset-key"),
        new("What the function refuses gets 400", "POST", $"{Reset}?olderThanMinutes=0", 400, Problem, "reset-key"),
        new("A parameter twice gets 400", "POST", $"{Reset}?olderThanMinutes=1&olderThanMinutes=2", 400, Problem, "reset-key"),
        new("A flag that is none gets 400", "POST", $"{Reset}?dryRun=perhaps", 400, Problem, "reset-key"),
        .. from method in (string[])["GET", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH"]
           from key in (string?[])["reset-key", null]
           select new HostRequest($"{method} gets 404 {(key is null ? "without a" : "with the")} key", method, Reset, 404, Key: key),
        new("A trailing slash makes no difference", "POST", $"{Reset}/", 200, Json, "reset-key"),
        new("Capitals make no difference", "POST", "/API/Queue/RESET-stuck", 200, Json, "reset-key"),
        new("An escaped letter makes no difference", "POST", "/api/queue/reset-stuc%6B", 200, Json, "reset-key"),
        new("Without the prefix it is not found", "POST", "/queue/reset-stuck", 404, Key: "reset-key"),
        new("A doubled slash is not found", "POST", "/api//queue/reset-stuck", 404, Key: "reset-key"),
        new("An unknown route is not found", "POST", "/api/queue/nope", 404, Key: "reset-key"),
        new("A body makes no difference", "POST", Reset, 200, Json, "reset-key", "{}"),
        new("A malformed body makes no difference", "POST", Reset, 200, Json, "reset-key", "{ malformed"),
        new("A large body makes no difference", "POST", Reset, 200, Json, "reset-key", new string(' ', 2_000_000), "text/plain"),
        new("A body of more than 30 MB gets 413", "POST", "/api/queue/retry", 413, Problem, "change-key", new string(' ', 31_000_000)),
        new("Firing a timer without a key gets 401", "POST", Fire, 401, Body: "{}"),
        new("Firing a timer with a wrong key gets 401", "POST", Fire, 401, Key: "wrong", Body: "{}"),
        new("Firing a timer with a function's key gets 401", "POST", Fire, 401, Key: "reset-key", Body: "{}"),
        new("Firing a timer with a host key gets 403", "POST", Fire, 403, Key: "host-key", Body: "{}"),
        new("Firing a timer with the master key gets 202", "POST", Fire, 202, Key: "master-key", Body: "{}"),
        new("Firing a timer in capitals gets 202", "POST", Fire.ToUpperInvariant(), 202, Key: "master-key", Body: "{}"),
        new("Firing a timer with an input gets 202", "POST", Fire, 202, Key: "master-key", Body: """{"input": "x"}"""),
        new("Firing a timer without a body gets 415", "POST", Fire, 415, Key: "master-key"),
        new("Firing a timer with text gets 415", "POST", Fire, 415, Key: "master-key", Body: "x", BodyType: "text/plain"),
        new("Firing a timer with an empty JSON body gets 400", "POST", Fire, 400, Key: "master-key", Body: ""),
        new("Firing a timer with malformed JSON gets 400", "POST", Fire, 400, Key: "master-key", Body: "{ malformed"),
        new("Firing what is not there gets 404", "POST", "/admin/functions/Nope", 404, Key: "master-key", Body: "{}"),
        new("An anonymous function passes without a key", "GET", "/api/queue/entra", 200, Json),
        new("An anonymous function passes with any key", "GET", "/api/queue/entra", 200, Json, "wrong"),
        new("The wake gets 202", "POST", "/api/queue/wake", 202, Key: "wake-key"),
        new("The wake with another key gets 401", "POST", "/api/queue/wake", 401, Key: "reset-key"),
        new("The page needs no key", "GET", "/api/queue/console", 200, "text/html; charset=utf-8"),
        new("HEAD of the page gets 404", "HEAD", "/api/queue/console", 404),
        new("The page with a slash leads to the page", "GET", "/api/queue/console/", 302),
        new("A file of another version is not found", "GET", "/api/queue/console/0123456789abcdef/main.js", 404),
        .. OperatorAddresses.Views.SelectMany(view => (HostRequest[])
        [
            new($"{view} opens with its key", "GET", $"/api/queue/{view}", 200, TypeOf(view), "read-key"),
            new($"{view} stays closed to another's key", "GET", $"/api/queue/{view}", 401, Key: "change-key"),
            new($"{view} is not found by POST", "POST", $"/api/queue/{view}", 404, Key: "read-key"),
            new($"{view} without a key is not there where nobody signs in", "GET", $"/api/queue/entra/{view}", 404, Problem),
        ]),
        .. OperatorAddresses.Verbs.SelectMany(verb => (HostRequest[])
        [
            new($"{verb} refuses what it does not know", "POST", $"/api/queue/{verb}", 400, Problem, "change-key", """{"x": 1}"""),
            new($"{verb} refuses an empty body", "POST", $"/api/queue/{verb}", 400, Problem, "change-key", ""),
            new($"{verb} stays closed to another's key", "POST", $"/api/queue/{verb}", 401, Key: "read-key", Body: "{}"),
            new($"{verb} is not found by GET", "GET", $"/api/queue/{verb}", 404, Key: "change-key"),
            new($"{verb} without a key is not there where nobody signs in", "POST", $"/api/queue/entra/{verb}", 404, Problem, Body: "{}"),
        ]),
        new("A parameter that is unknown gets 400", "GET", "/api/queue/items?stauts=failed", 400, Problem, "read-key"),
        new("An item that is not there gets 404", "GET", "/api/queue/items/3f2b8c1e-0000-4000-8000-000000000000", 404, Problem, "read-key"),
        new("Below a view there is nothing", "GET", "/api/queue/overview/x", 404, Problem, "read-key"),
        new("Further below nothing is found", "GET", "/api/queue/items/a/b", 404, Key: "read-key"),
        new("It is alive, and anybody may ask", "GET", "/api/alive", 200, Json),
        new("It is ready, and anybody may ask", "GET", "/api/ready", 200, Json),
        new("It is asked by GET alone", "POST", "/api/alive", 404),
        new("The root is not found", "GET", "/", 404),
    ];

    /// <summary>What sends them: one that follows no redirect, and keeps a large body back until it is asked for.</summary>
    public static SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        Expect100ContinueTimeout = TimeSpan.FromMinutes(1),
    };

    public HttpRequestMessage Message()
    {
        var request = new HttpRequestMessage(new HttpMethod(Method), Path);
        if (Key is not null)
            request.Headers.Add("x-functions-key", Key);
        if (Body is not null)
            request.Content = new StringContent(Body, Encoding.UTF8, BodyType);
        // It asks before it sends: a client that still sends when the connection is closed may not see the answer.
        request.Headers.ExpectContinue = Body is { Length: > 1_000_000 };
        return request;
    }

    private static string TypeOf(string view) =>
        view == "openapi" ? "application/vnd.oai.openapi+json; version=3.1; charset=utf-8" : Json;
}
