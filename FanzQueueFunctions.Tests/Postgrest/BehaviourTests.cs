using System.Net;
using System.Text;
using FanzQueueFunctions.Testbed.Postgrest;

namespace FanzQueueFunctions.Tests.Postgrest;

/// <summary>What PostgREST documents, or was seen to do, and no recorded exchange shows.</summary>
[Collection(nameof(PostgrestCollection))]
public sealed class BehaviourTests(PostgrestFixture postgrest)
{
    [Fact]
    public async Task A_pool_without_a_free_connection_is_504_after_the_wait()
    {
        var (_, settings) = await postgrest.NewDatabaseAsync();
        await using var standIn = await PostgrestStandIn.StartAsync(
            settings with { PoolSize = 1, AcquisitionTimeout = TimeSpan.FromMilliseconds(100) });
        using var client = ClientOf(standIn);

        // The role's statement_timeout ends it after 1.5 s.
        var busy = CallAsync(client, "snooze", """{"s": 60}""");
        string body;
        HttpStatusCode status;
        do
            (status, body) = await CallAsync(client, "hello");
        while (status is HttpStatusCode.OK && !busy.IsCompleted);

        Assert.Equal(HttpStatusCode.GatewayTimeout, status);
        Assert.Equal(
            """{"code":"PGRST003","details":null,"hint":null,"""
            + "\"message\":\"Timed out acquiring connection from connection pool.\"}", body);
        await busy;
        Assert.Equal(HttpStatusCode.OK, (await CallAsync(client, "hello")).Status);
    }

    [Fact]
    public async Task A_function_made_after_the_start_is_found()
    {
        var (superuser, settings) = await postgrest.NewDatabaseAsync();
        await using var standIn = await PostgrestStandIn.StartAsync(settings);
        using var client = ClientOf(standIn);
        Assert.Equal(HttpStatusCode.NotFound, (await CallAsync(client, "later")).Status);

        await PostgrestFixture.ExecuteAsync(superuser,
            "create function api.later() returns int language sql as 'select 7'");

        Assert.Equal((HttpStatusCode.OK, "7"), await CallAsync(client, "later"));
    }

    [Theory]
    [InlineData("40001")]
    [InlineData("40P01")]
    public async Task A_serialization_failure_or_deadlock_is_repeated_and_the_caller_never_hears_of_it(string code)
    {
        var (superuser, settings) = await postgrest.NewDatabaseAsync();
        // A sequence is not rolled back, so it counts the tries.
        await PostgrestFixture.ExecuteAsync(superuser, $"""
            create sequence api.tries;
            create function api.third_time() returns bigint language plpgsql security definer as $$
            declare try bigint := nextval('api.tries');
            begin
              if try < 3 then raise exception 'again' using errcode = '{code}'; end if;
              return try;
            end $$
            """);
        await using var standIn = await PostgrestStandIn.StartAsync(settings);
        using var client = ClientOf(standIn);

        Assert.Equal((HttpStatusCode.OK, "3"), await CallAsync(client, "third_time"));
    }

    [Fact]
    public async Task A_constraint_checked_at_the_commit_fails_the_call()
    {
        var (superuser, settings) = await postgrest.NewDatabaseAsync();
        await PostgrestFixture.ExecuteAsync(superuser, """
            create table api.parents (id int primary key);
            create table api.orphans (parent int references api.parents deferrable initially deferred);
            create function api.orphan() returns text language sql security definer
            as $$ insert into api.orphans values (1); select 'looks well' $$
            """);
        await using var standIn = await PostgrestStandIn.StartAsync(settings);
        using var client = ClientOf(standIn);

        var (status, body) = await CallAsync(client, "orphan");

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.StartsWith("""{"code":"23503",""", body, StringComparison.Ordinal);
        Assert.Equal(0L, await PostgrestFixture.ExecuteAsync(superuser, "select count(*) from api.orphans"));
    }

    [Fact]
    public async Task A_call_that_failed_leaves_nothing_behind_on_its_connection()
    {
        var (_, settings) = await postgrest.NewDatabaseAsync();
        await using var standIn = await PostgrestStandIn.StartAsync(settings with { PoolSize = 1 });
        using var client = ClientOf(standIn);
        Assert.Equal(HttpStatusCode.BadRequest, (await CallAsync(client, "break_check")).Status);
        client.DefaultRequestHeaders.Authorization = null;

        var (_, body) = await CallAsync(client, "whoami");

        Assert.Contains("\"current_user\" : \"anon\"", body, StringComparison.Ordinal);
        Assert.Contains("\"timeout\" : \"0\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_functions_own_response_headers_are_sent()
    {
        var (_, settings) = await postgrest.NewDatabaseAsync();
        await using var standIn = await PostgrestStandIn.StartAsync(settings);
        using var client = ClientOf(standIn);

        using var answer = await client.PostAsync("/rpc/set_headers", null);

        Assert.Equal(["1"], answer.Headers.GetValues("X-Job"));
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task A_megabyte_goes_in_and_comes_out_unchanged_compressed_or_not()
    {
        var (_, settings) = await postgrest.NewDatabaseAsync();
        await using var standIn = await PostgrestStandIn.StartAsync(settings);
        var items = string.Join(", ",
            Enumerable.Range(0, 10_000).Select(i => $$"""{"id": {{i}}, "text": "{{new string('é', 50)}}"}"""));
        using var plain = ClientOf(standIn);
        using var gzip = ClientOf(standIn, DecompressionMethods.GZip);

        var fromPlain = await CallAsync(plain, "echo_json", $$"""{"j": [{{items}}]}""");
        var fromGzip = await CallAsync(gzip, "echo_json", $$"""{"j": [{{items}}]}""");

        Assert.Equal((HttpStatusCode.OK, $"[{items}]"), fromPlain);
        Assert.Equal((HttpStatusCode.OK, $"[{items}]"), fromGzip);
    }

    [Fact]
    public async Task An_answer_is_compressed_for_a_client_that_accepts_it()
    {
        var (_, settings) = await postgrest.NewDatabaseAsync();
        await using var standIn = await PostgrestStandIn.StartAsync(settings);
        using var client = ClientOf(standIn);
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");

        using var answer = await client.PostAsync("/rpc/ints", null);

        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task A_secret_shorter_than_PostgREST_takes_is_refused_at_the_start()
    {
        var (_, settings) = await postgrest.NewDatabaseAsync();

        await Assert.ThrowsAsync<ArgumentException>(() =>
            PostgrestStandIn.StartAsync(settings with { JwtSecret = "short" }));
    }

    private static HttpClient ClientOf(
        PostgrestStandIn standIn, DecompressionMethods decompression = DecompressionMethods.None)
    {
        var token = Jwt.Sign("service_role", PostgrestFixture.JwtSecret);
        return new HttpClient(new SocketsHttpHandler { AutomaticDecompression = decompression })
        {
            BaseAddress = standIn.Address,
            DefaultRequestHeaders = { Authorization = new("Bearer", token) },
        };
    }

    private static async Task<(HttpStatusCode Status, string Body)> CallAsync(
        HttpClient client, string function, string arguments = "{}")
    {
        using var content = new StringContent(arguments, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync($"/rpc/{function}", content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
