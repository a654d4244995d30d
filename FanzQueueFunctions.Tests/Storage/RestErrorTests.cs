using System.Net;
using System.Net.Sockets;
using FanzQueueFunctions.Processing;
using FanzQueueFunctions.Storage;
using FanzQueueFunctions.Testbed.Postgrest;
using FanzQueueFunctions.Tests.Database;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FanzQueueFunctions.Tests.Storage;

/// <summary>Each way that the REST API can fail becomes an error of its own, told by status and code, never by text.</summary>
public sealed class RestErrorTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData(HttpRequestError.ProxyTunnelError, "The proxy proxy.example:3128 does not lead to https://project.supabase.co.")]
    [InlineData(HttpRequestError.ConnectionError, "No connection to the proxy proxy.example:3128, through which https://project.supabase.co is asked.")]
    [InlineData(HttpRequestError.NameResolutionError, "No connection to the proxy proxy.example:3128, through which https://project.supabase.co is asked.")]
    public void A_proxy_that_refuses_or_is_not_there_is_named(HttpRequestError error, string beginning)
    {
        var exception = RestErrors.From(new HttpRequestException(error), "https://project.supabase.co", "proxy.example:3128");

        Assert.StartsWith(beginning, exception.Message, StringComparison.Ordinal);
        Assert.True(exception.IsTransient);
    }

    [Theory]
    [InlineData(401, "PGRST301", QueueStoreError.WrongCredentials)]
    [InlineData(401, "PGRST303", QueueStoreError.WrongCredentials)]
    [InlineData(401, "42501", QueueStoreError.NotPermitted)]
    [InlineData(403, "42501", QueueStoreError.NotPermitted)]
    [InlineData(404, "PGRST202", QueueStoreError.NotMigrated)]
    [InlineData(404, "42883", QueueStoreError.NotMigrated)]
    [InlineData(400, "22023", QueueStoreError.Refused)]
    [InlineData(400, "P0001", QueueStoreError.Refused)]
    [InlineData(500, "57014", QueueStoreError.Timeout)]
    [InlineData(500, "40001", QueueStoreError.Busy)]
    [InlineData(500, "40P01", QueueStoreError.Busy)]
    [InlineData(500, "53300", QueueStoreError.Busy)]
    [InlineData(503, "08006", QueueStoreError.Unreachable)]
    [InlineData(503, "57P01", QueueStoreError.Unreachable)]
    [InlineData(503, "PGRST000", QueueStoreError.Unreachable)]
    [InlineData(503, "PGRST001", QueueStoreError.Unreachable)]
    [InlineData(503, "PGRST002", QueueStoreError.Unreachable)]
    [InlineData(504, "PGRST003", QueueStoreError.Busy)]
    public async Task PostgRESTs_codes_are_told_apart(int status, string code, QueueStoreError expected)
    {
        var exception = await FailureAsync(
            status, "application/json", $$"""{"code":"{{code}}","details":null,"hint":null,"message":"a message"}""");

        Assert.Equal((expected, code), (exception.Error, exception.Code));
    }

    [Theory]
    [InlineData(302, QueueStoreError.Refused)]
    [InlineData(401, QueueStoreError.WrongCredentials)]
    [InlineData(403, QueueStoreError.NotPermitted)]
    [InlineData(404, QueueStoreError.Refused)]
    [InlineData(408, QueueStoreError.Timeout)]
    [InlineData(429, QueueStoreError.Busy)]
    [InlineData(500, QueueStoreError.Unreachable)]
    [InlineData(502, QueueStoreError.Unreachable)]
    [InlineData(503, QueueStoreError.Unreachable)]
    [InlineData(504, QueueStoreError.Unreachable)]
    [InlineData(520, QueueStoreError.Unreachable)]
    public async Task A_gateways_page_of_HTML_is_told_by_its_status(int status, QueueStoreError expected)
    {
        var exception = await FailureAsync(status, "text/html", "<html><body>PGRST301 42501</body></html>");

        Assert.Equal((expected, null), (exception.Error, exception.Code));
        Assert.Contains($" answered {status}. ", exception.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"items\":[")]
    [InlineData("<html>welcome</html>")]
    public async Task An_answer_that_is_cut_or_no_JSON_may_pass(string body)
    {
        var exception = await FailureAsync(200, "application/json", body);

        Assert.Equal((QueueStoreError.Unreachable, true), (exception.Error, exception.IsTransient));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[1,2,3]")]
    [InlineData("{\"items\":null}")]
    [InlineData("{\"items\":[{\"id\":\"not-a-uuid\"}]}")]
    [InlineData("""{"items":[{"id":"01a20dcd-5459-7da3-9c60-add21bafecd2","creator_id":"01a20dcd-5459-7da3-9c60-add21bafecd2","target_platform":"a","platform_known":true},{"id":"01a20dcd-5459-7da3-9c60-add21bafecd2","creator_id":"01a20dcd-5459-7da3-9c60-add21bafecd2","target_platform":"a","platform_known":true}]}""")]
    public async Task An_answer_that_is_not_the_functions_is_malformed_and_asked_for_once(string body)
    {
        var exception = await FailureAsync(200, "application/json", body);

        Assert.Equal((QueueStoreError.MalformedAnswer, false), (exception.Error, exception.IsTransient));
    }

    [Fact]
    public async Task An_answer_whose_compression_is_damaged_may_pass()
    {
        var exception = await FailureAsync(200, "application/json", "not gzip at all", ("Content-Encoding", "gzip"));

        Assert.Equal((QueueStoreError.Unreachable, true), (exception.Error, exception.IsTransient));
        Assert.Contains("compression is damaged", exception.Message);
    }

    [Theory]
    [InlineData(400, """{"code":"","details":null,"hint":null,"message":""}""", QueueStoreError.Unreachable, "lost its database")]
    [InlineData(402, """{"message":"Service for this project is restricted: exceed_egress_quota"}""", QueueStoreError.Refused, "exceed_egress_quota")]
    [InlineData(540, """{"message":"Project paused"}""", QueueStoreError.Refused, "\"Project paused\". The project is paused: resume it")]
    [InlineData(401, """{"code":"PGRST303","message":"JWT expired"}""", QueueStoreError.WrongCredentials, "a token that has run out")]
    [InlineData(404, """{"code":"PGRST202","message":"Could not find the function"}""", QueueStoreError.NotMigrated, "notify pgrst, 'reload schema'")]
    [InlineData(500, """{"code":"25006","message":"cannot execute UPDATE in a read-only transaction"}""", QueueStoreError.ReadOnly, "takes no changes")]
    public async Task What_a_gateway_or_PostgREST_says_is_told_apart_and_shown(
        int status, string body, QueueStoreError expected, string words)
    {
        var exception = await FailureAsync(status, "application/json", body);

        Assert.Equal(expected, exception.Error);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_After_is_read()
    {
        var exception = await FailureAsync(429, "application/json", "{}", ("Retry-After", "7"));

        Assert.Equal(TimeSpan.FromSeconds(7), exception.RetryAfter);
    }

    [Fact]
    public async Task A_refused_connection_may_pass()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        await using var test = StoreUnderTest.At($"http://127.0.0.1:{port}");

        var exception = await ClaimAsync(test);

        Assert.Equal((QueueStoreError.Unreachable, true), (exception.Error, exception.IsTransient));
        Assert.Contains("refused the connection", exception.Message);
    }

    [Fact]
    public async Task A_host_that_has_no_address_is_named()
    {
        await using var test = StoreUnderTest.At("https://no-such-host.invalid");

        var exception = await ClaimAsync(test);

        Assert.Equal(QueueStoreError.Unreachable, exception.Error);
        Assert.Contains("No address was found for https://no-such-host.invalid", exception.Message);
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_gives_no_secure_connection()
    {
        await using var server = await AnswerAsync(200, "application/json", "{}");
        await using var test = StoreUnderTest.At(server.Urls.Single().Replace("http://", "https://", StringComparison.Ordinal));

        var exception = await ClaimAsync(test);

        Assert.Equal(QueueStoreError.Unreachable, exception.Error);
        Assert.Contains("No secure connection", exception.Message);
    }

    [Theory]
    [InlineData("anon")]
    [InlineData("authenticated")]
    public async Task A_role_without_the_right_is_told_which_key_to_use(string role)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = await StoreUnderTest.RestAsync(database);
        // The app refuses such a key at start; here the right is taken away behind its back.
        await database.ExecuteAsync($"revoke execute on function post_queue_claim from service_role; grant usage on schema public to {role}");

        var exception = await ClaimAsync(test);

        Assert.Equal((QueueStoreError.NotPermitted, "42501"), (exception.Error, exception.Code));
        Assert.Contains("service_role", exception.Message);
    }

    [Fact]
    public async Task A_wrong_key_is_told_apart_and_not_repeated()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var test = await StoreUnderTest.RestAsync(database, Jwt.Sign("service_role", "another-secret-of-32-bytes-or-more"));

        var exception = await Assert.ThrowsAsync<QueueStoreException>(
            () => test.Store.ClaimAsync(Guid.CreateVersion7(), 10, TimeSpan.FromMinutes(15), fair: false, CancellationToken.None));

        Assert.Equal((QueueStoreError.WrongCredentials, "PGRST301"), (exception.Error, exception.Code));
        Assert.Equal(1, test.StandIn!.Faults.Count(FaultKind.None));
    }

    private static async Task<QueueStoreException> FailureAsync(
        int status, string contentType, string body, params (string Name, string Value)[] headers)
    {
        await using var server = await AnswerAsync(status, contentType, body, headers);
        await using var test = StoreUnderTest.At(server.Urls.Single());
        return await ClaimAsync(test);
    }

    /// <summary>One try, without the store's repetitions.</summary>
    private static Task<QueueStoreException> ClaimAsync(StoreUnderTest test) =>
        Assert.ThrowsAsync<QueueStoreException>(() => test.Transport.CallAsync(
            "post_queue_claim",
            [new("claim_id", Guid.CreateVersion7()), new("batch_size", 1), new("lease_seconds", 900)],
            FanzQueueFunctions.Storage.QueueJson.Default.Claim,
            CancellationToken.None));

    /// <summary>A server that gives every request the same answer.</summary>
    private static async Task<WebApplication> AnswerAsync(
        int status, string contentType, string body, params (string Name, string Value)[] headers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.Run(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            foreach (var (name, value) in headers)
                context.Response.Headers[name] = value;
            await context.Response.WriteAsync(body);
        });
        await server.StartAsync();
        return server;
    }
}
