using System.Net;
using System.Net.Sockets;
using System.Text;
using FanzQueueFunctions.BothHeads.Tests;
using FanzQueueFunctions.Testbed;
using FanzQueueFunctions.Testbed.Postgrest;

namespace FanzQueueFunctions.Standalone.Tests.App;

/// <summary>The app where the place around it is odd: a folder that is gone, an output that nobody reads, a proxy, a closed terminal.</summary>
public sealed class OddPlaceTests(PostgresFixture postgres)
{
    private const string EverySecond = "* * * * * *";
    private const string Nowhere = "postgres://nobody@127.0.0.1:9/nowhere";

    [Fact]
    public async Task In_a_folder_that_is_gone_a_published_program_runs()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start(
            InShell("cd \"$(mktemp -d)\" && rmdir \"$PWD\" && exec \"$@\""), [("DATABASE_URL", database.ConnectionString)]);

        await app.AddressAsync();
    }

    [Fact]
    public async Task An_output_with_no_room_ends_a_command_with_a_sentence_and_no_abort()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start(
            InShell("exec \"$@\" check > /dev/full"), [("DATABASE_URL", database.ConnectionString)]);

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.StartsWith("Not all could be written: ", Assert.Single(app.Lines));
    }

    [Fact]
    public async Task Items_are_posted_and_a_stop_is_obeyed_though_nobody_reads_the_log()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 2000);
        // It holds its own pipe open and reads nothing of it.
        await using var app = AppProcess.Start(
            InShell("pipe=$(mktemp -u) && mkfifo \"$pipe\" && exec 3<>\"$pipe\" && rm \"$pipe\" && exec \"$@\" >&3"),
            [
                ("DATABASE_URL", database.ConnectionString),
                ("PROCESS_QUEUE_SCHEDULE", EverySecond),
                ("Queue__BatchSize", "1000"),
                ("Queue__MaxBatchesPerFiring", "10"),
            ]);

        await Until.TrueAsync(
            async () => await database.CountAsync("multiplatform_post_queue where status = 'posted'") == 2000, "all items are posted");
        app.Signal("TERM");

        Assert.Equal(0, await app.WaitForExitAsync());
    }

    [Fact]
    public async Task A_terminal_that_is_closed_in_the_middle_of_a_batch_lets_it_be_settled()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemsAsync(await database.AddPostAsync(await database.AddCreatorAsync()), 10);
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString), ("PROCESS_QUEUE_SCHEDULE", EverySecond));
        await using var history = await HeldTable.TakeAsync(database, "multiplatform_post_history");

        await app.WaitForLineAsync("Processing 10 queue items...");
        app.Signal("HUP");
        await history.UntilWaitedForAsync();
        await history.LetGoAsync();

        Assert.Equal(0, await app.WaitForExitAsync());
        Assert.Equal(10, await database.CountAsync("multiplatform_post_queue where status = 'posted'"));
    }

    [Fact]
    public async Task A_stop_that_comes_while_it_starts_is_a_stop()
    {
        await using var app = AppProcess.Start(("DATABASE_URL", Nowhere));

        await app.WaitForLineAsync("Started: ");
        app.Signal("TERM");

        Assert.Equal(0, await app.WaitForExitAsync());
        Assert.DoesNotContain(app.Lines, line => line.Contains("Exception", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_health_probe_asks_this_machine_whatever_proxy_is_set()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start(("DATABASE_URL", database.ConnectionString));
        var address = await app.AddressAsync();

        await using var probe = AppProcess.Start(
            [("ASPNETCORE_URLS", address.AbsoluteUri), ("http_proxy", "http://127.0.0.1:9"), ("ALL_PROXY", "http://127.0.0.1:9")],
            "--healthcheck");

        Assert.Equal(0, await probe.WaitForExitAsync());
    }

    [Fact]
    public async Task A_project_on_this_machine_is_asked_past_whatever_proxy_is_set()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var standIn = await PostgrestStandIn.StartProjectAsync(database.ConnectionString);
        await using var check = AppProcess.Start(
            [.. standIn.Settings(), ("http_proxy", "http://127.0.0.1:9"), ("ALL_PROXY", "http://127.0.0.1:9")], "check");

        Assert.Equal(0, await check.WaitForExitAsync());
    }

    [Fact]
    public async Task A_proxy_that_cannot_be_reached_is_named_and_not_Supabase()
    {
        await using var check = AppProcess.Start(
            [
                ("SUPABASE_URL", "https://project.supabase.co"),
                ("SUPABASE_SERVICE_ROLE_KEY", "sb_secret_of_the_tests"),
                ("HTTPS_PROXY", "http://user:s3cret@127.0.0.1:9"),
            ],
            "check");

        Assert.Equal(1, await check.WaitForExitAsync());
        Assert.Contains("No connection to the proxy 127.0.0.1:9, through which https://project.supabase.co is asked.", check.Lines[^1]);
        Assert.DoesNotContain(check.Lines, line => line.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Telemetry_that_cannot_start_is_a_warning_and_the_queue_is_worked()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.AddItemAsync(await database.AddPostAsync(await database.AddCreatorAsync()));
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString),
            ("PROCESS_QUEUE_SCHEDULE", EverySecond),
            ("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=s3cret"));

        await app.WaitForLineAsync("Nothing is sent to Application Insights");
        await app.WaitForLineAsync("✅ SUCCESS");

        Assert.DoesNotContain(app.Lines, line => line.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Text_of_an_operator_that_begins_with_an_at_sign_is_text()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var creators = AppProcess.Start([("DATABASE_URL", database.ConnectionString)], "queue", "creators", "@name");

        Assert.Equal(0, await creators.WaitForExitAsync());
        Assert.DoesNotContain(creators.Lines, line => line.Contains("not found", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("-help")]
    [InlineData("--hlep")]
    [InlineData("[sugest]")]
    public async Task What_is_no_option_starts_no_worker(string argument)
    {
        await using var app = AppProcess.Start([("DATABASE_URL", Nowhere)], argument);

        Assert.Equal(1, await app.WaitForExitAsync());
        Assert.Equal($"The worker has no option \"{argument}\".", app.Lines[0]);
        Assert.StartsWith("usage: ", app.Lines[1]);
    }

    [Fact]
    public async Task Guessed_keys_wait_for_their_answers_and_the_right_one_does_not()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString), ("FUNCTIONS_HOST_KEY", "  the-right-key\n"));
        using var client = new HttpClient { BaseAddress = await app.AddressAsync() };

        var guesses = Enumerable.Range(0, 60).Select(_ => AskAsync("a-wrong-key")).ToList();
        await Task.WhenAny(guesses);
        var right = await AskAsync("the-right-key");

        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Contains(guesses, guess => !guess.IsCompleted);
        Assert.All(await Task.WhenAll(guesses), answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
        Assert.Equal("no-store", right.Headers.CacheControl?.ToString());
        Assert.Equal("nosniff", right.Headers.GetValues("X-Content-Type-Options").Single());

        async Task<HttpResponseMessage> AskAsync(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/queue/overview");
            request.Headers.Add("x-functions-key", key);
            return await client.SendAsync(request, Now.Token);
        }
    }

    [Theory]
    [InlineData(null, "Other machines reach that address, and no key is set")]
    [InlineData("the-right-key", "Other machines reach that address; the functions that change or tell anything ask for a key")]
    public async Task Where_other_machines_reach_it_it_says_so_and_whether_a_key_is_set(string? key, string line)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString), ("ASPNETCORE_URLS", null), ("PORT", "0"), ("FUNCTIONS_HOST_KEY", key));

        await app.WaitForLineAsync(line);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_of_more_than_a_megabyte_is_too_large_however_it_is_sent(bool chunked)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString), ("FUNCTIONS_KEY_QueueChange", "change-key"));
        using var client = new HttpClient(HostRequest.Handler()) { BaseAddress = await app.AddressAsync() };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/queue/retry");
        request.Headers.Add("x-functions-key", "change-key");
        request.Headers.TransferEncodingChunked = chunked;
        // It asks before it sends: a client that still sends when the connection is closed may not see the answer.
        request.Headers.ExpectContinue = !chunked;
        request.Content = new StringContent($$"""{"reason": "{{new string('x', 1_100_000)}}"}""", Encoding.UTF8, "application/json");

        using var answer = await client.SendAsync(request, Now.Token);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("no larger than 1048576 bytes", await answer.Content.ReadAsStringAsync(Now.Token));
    }

    [Theory]
    [InlineData("/api/queue/reset-stuck", "reset-key", 200)]
    [InlineData("/api/queue/reset-stuck", "wrong", 401)]
    [InlineData("/api/queue/retry", "change-key", 413)]
    [InlineData("/api/queue/nope", "change-key", 404)]
    [InlineData("/admin/functions/Prune", "wrong", 401)]
    public async Task A_client_that_sends_a_large_body_after_the_answer_is_not_cut_off(string path, string key, int status)
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var app = AppProcess.Start(
            ("DATABASE_URL", database.ConnectionString), ("FUNCTIONS_KEY_ResetStuckItems", "reset-key"),
            ("FUNCTIONS_KEY_QueueChange", "change-key"));
        var address = await app.AddressAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, Now.Token);
        await using var stream = client.GetStream();
        using var answers = new StreamReader(stream, Encoding.ASCII);

        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nx-functions-key: {key}\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n"), Now.Token);
        Assert.StartsWith($"HTTP/1.1 {status} ", await answers.ReadLineAsync(Now.Token));
        await stream.WriteAsync(new byte[2_000_000], Now.Token);
        await stream.WriteAsync("GET /api/alive HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Now.Token);

        // The first answer's body may end without a new line.
        string? line;
        do
            line = await answers.ReadLineAsync(Now.Token);
        while (line?.EndsWith("HTTP/1.1 200 OK", StringComparison.Ordinal) == false);
        Assert.NotNull(line);
    }

    /// <summary>The app as a shell starts it.</summary>
    private static AppProgram InShell(string script) =>
        new("sh", ["-c", script, "sh", AppProgram.Chosen.File, .. AppProgram.Chosen.Arguments]);
}
